#!/usr/bin/env bash
# Builds the Python module as a wheel, installs it beside what its tests compare with, and runs them.
set -euo pipefail
cd "$(dirname "$0")/../crates/xner-python"
target=${CARGO_TARGET_DIR:-$PWD/../../target}
venv=$target/python
[ -e "$venv/bin/maturin" ] || {
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet "maturin>=1.8,<2" pytest pyarrow pandas seqeval mypy
}
rm -rf "$target/wheels"
"$venv/bin/maturin" build --quiet --locked --profile dev --target-dir "$target" --out "$target/wheels"
"$venv/bin/pip" install --quiet --force-reinstall --no-deps "$target"/wheels/xner-*.whl
"$venv/bin/python" -m pytest --quiet tests
# The stubs say what is there, and no more.
"$venv/bin/python" -m mypy.stubtest xner
