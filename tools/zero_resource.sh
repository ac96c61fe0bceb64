#!/usr/bin/env bash
# Every row of Bari et al.'s tables 3 and 4 for one pair of languages:
#
#     tools/zero_resource.sh CONFIG OUT SEED...
#
# CONFIG is that of the variant cross-augmented; each row is a setting or two in place of its own. A row and seed that
# is finished is not repeated, and one that was stopped goes on. In the end OUT/ROW/seed-N holds the reports:
#
#     xner transfer table OUT/*/seed-*
#
# XNER names the program (default xner), THREADS how many threads a run has (default 1).
set -euo pipefail
config=$1 out=$2
shift 2
xner=${XNER:-xner}

row() { # NAME SEED SETTING...
  local folder=$out/$1/seed-$2 seed=$2
  shift 2
  [ -e "$folder/transfer-report.json" ] && return
  mkdir -p "$folder"
  local settings=()
  for setting in "$@"; do settings+=(--set "$setting"); done
  "$xner" --threads "${THREADS:-1}" transfer zero-resource --config "$config" --seed "$seed" --out "$folder" \
    "${settings[@]}" > "$folder/log" 2>&1
}

for seed in "$@"; do
  row cross-shared "$seed" variant=cross-shared
  # Fine-tuning begins with the Cross-Shared run's model, which is the same as the one that it would train.
  folder=$out/cross-augmented/seed-$seed
  if [ ! -e "$folder/run.json" ]; then
    mkdir -p "$folder"
    for base in source source-by-target; do
      if [ -e "$out/cross-shared/seed-$seed/$base" ]; then
        cp -r "$out/cross-shared/seed-$seed/$base" "$folder/"
      fi
    done
  fi
  row cross-augmented "$seed" variant=cross-augmented
  row cross-word "$seed" variant=cross-word
  row cross-word-no-characters "$seed" variant=cross-word model.characters.use=false
  row source-mono "$seed" variant=source-mono
  row source-mono-random "$seed" variant=source-mono words.kind=random
  row source-mono-no-characters "$seed" variant=source-mono model.characters.use=false
done
