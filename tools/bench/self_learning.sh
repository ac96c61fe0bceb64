#!/usr/bin/env bash
# Self-learning with fewer words while similarities are left out by chance: seconds, criterion and precision.
#
#     tools/bench/self_learning.sh SOURCE.vec TARGET.vec TEST.txt [SEED]
#
# Builds the example `map_vectors`, then runs it with each early cutoff. For the published method give
# refinement.early_cutoff the value of refinement.cutoff, 20,000, which is the default.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,7p' "$0"; exit 1; }
source=$1 target=$2 test=$3 seed=${4:-1}
cd "$(dirname "$0")/../.."
cargo build --release --quiet -p xner-embed --no-default-features --example map_vectors
program=${CARGO_TARGET_DIR:-target}/release/examples/map_vectors
config=$(mktemp --suffix=.json)
trap 'rm -f "$config"' EXIT
for early in 20000 10000 5000 2500; do
    echo "early cutoff $early"
    echo "{\"refinement\":{\"kind\":\"self-learning\",\"early_cutoff\":$early}}" > "$config"
    "$program" "$source" "$target" "$config" "$seed" --eval "$test" | grep -v '^read\|Restart\|Initialised'
done
