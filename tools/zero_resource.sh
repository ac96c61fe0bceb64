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
# XNER names the program (default xner), THREADS how many threads a run has (default 1), ROWS the rows (default all).
set -euo pipefail
config=$1 out=$2
shift 2
xner=${XNER:-xner}

row() { # NAME SEED SETTING...
  [[ -z ${ROWS:-} || " $ROWS " == *" $1 "* ]] || return 0
  local folder=$out/$1/seed-$2 seed=$2
  shift 2
  [ -e "$folder/transfer-report.json" ] && return
  mkdir -p "$folder"
  local settings=()
  # The base that was put there is no run of xner's yet.
  [ -e "$folder/source" ] && [ ! -e "$folder/run.json" ] && settings+=(--force)
  for setting in "$@"; do settings+=(--set "$setting"); done
  "$xner" --threads "${THREADS:-1}" transfer zero-resource --config "$config" --seed "$seed" --out "$folder" \
    "${settings[@]}" > "$folder/log" 2>&1
}

# Fine-tuning begins with the model of the base's run, which is the same as the one that it would train.
with_base() { # NAME SEED
  [[ -z ${ROWS:-} || " $ROWS " == *" $1 "* ]] || return 0
  local folder=$out/$1/seed-$2
  [ -e "$folder/run.json" ] && return
  mkdir -p "$folder"
  for model in source source-by-target; do
    if [ -e "$out/$base/seed-$2/$model" ]; then
      cp -r "$out/$base/seed-$2/$model" "$folder/"
    fi
  done
}

# The paper fine-tunes the best base of each pair; a config without characters says that it is one without.
base=cross-shared
if grep -q '^base = "cross-word"' "$config"; then base=cross-word; fi
variant=$base
if grep -A1 '^\[model.characters\]' "$config" | grep -q 'use = false'; then base=$base-no-characters; fi
with=model.characters.use=true without=model.characters.use=false

for seed in "$@"; do
  row $base "$seed" variant=$variant
  with_base cross-augmented "$seed"
  row cross-augmented "$seed" variant=cross-augmented
  # The column "target dev" has a protocol of its own: its base is the one that target dev chose.
  if grep -q '^dev = ' <(sed -n '/^\[target\]/,/^\[/p' "$config"); then
    with_base cross-augmented-target-dev "$seed"
    row cross-augmented-target-dev "$seed" variant=cross-augmented select=target-dev
  fi
  row cross-shared "$seed" variant=cross-shared $with
  row cross-word "$seed" variant=cross-word $with
  row cross-word-no-characters "$seed" variant=cross-word $without
  row source-mono "$seed" variant=source-mono $with
  row source-mono-random "$seed" variant=source-mono words.kind=random $with
  row source-mono-no-characters "$seed" variant=source-mono $without
done
