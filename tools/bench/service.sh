#!/usr/bin/env bash
# Requests a second of the service in examples/service at 1, 8 and 64 connections: tools/bench/service.sh [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-$PWD/target}
model=$target/demo-model/characters
[ -e "$model/config.json" ] || cargo run --release --quiet -- demo --out "$target/demo-model" > /dev/null
cargo build --release --quiet --manifest-path examples/service/Cargo.toml --target-dir "$target"
"$target/release/load" "$model" "${1:-8}"
