#!/usr/bin/env bash
# Every row of TransAdv's tables 2 and 3 for one pair of languages, as far as they share its parts:
#
#     tools/transadv.sh CONFIG OUT SEED...
#
# Each row is the method or the ablation that its name says (`consensus-untranslated-once`: a consensus without
# translated teachers, of one round), all by CONFIG, with one cache of phases for each seed, so that
# no phase is trained twice. A row and seed that is finished is not repeated, and one that was stopped goes on. In the end
# OUT/ROW/seed-N holds the reports:
#
#     xner transfer table OUT/*/seed-*
#
# With TEST, the config's test file, its tags by the models of mbert-ft, tsl and transadv go to OUT/ROW/seed-N/test.conll, and
# whether transadv differs from the others by more than chance to OUT/transadv/seed-N/against-ROW.json.
#
# XNER names the program (default xner), THREADS how many threads a run has (default 2), ROWS the rows (default all),
# CACHE a folder of phases that more than these runs share. With KEEP=no the models are removed when their row is
# scored, and the phases when all rows of a seed are; reports stay.
set -euo pipefail
config=$1 out=$2
shift 2
xner=${XNER:-xner}
rows=${ROWS:-mbert-ft tsl transadv no-distillation no-adversarial advce advpicker unitrans no-language-discriminator no-order-discriminator no-entity-teacher no-context-teacher no-order-teacher}

row() { # NAME SEED
  local folder=$out/$1/seed-$2 method=$1 settings=()
  # A consensus that leaves out something has it in its name.
  case $1 in
    no-*) method=transadv settings=(--set "ablation=$1") ;;
    consensus-*) method=consensus settings=(--set "row=\"$1\"") ;;
  esac
  case $1 in consensus*)
    case $1 in *-alone*) settings+=(--set consensus.teachers=1 --set consensus.translated=1) ;; esac
    case $1 in *-one*) settings+=(--set consensus.translated=1) ;; esac
    case $1 in *-untranslated*) settings+=(--set consensus.translated=0) ;; esac
    case $1 in *-unweighed*) settings+=(--set consensus.neighbours=0) ;; esac
    case $1 in *-once*) settings+=(--set consensus.rounds=1) ;; esac
    case $1 in *-square*) settings+=(--set consensus.loss=square) ;; esac ;;
  esac
  local tagged=""
  if [ -n "${TEST:-}" ] && [[ " mbert-ft tsl transadv " = *" $1 "* ]]; then tagged=$folder/test.conll; fi
  [ -e "$folder/transfer-report.json" ] && [ -e "${tagged:-$folder/transfer-report.json}" ] && return
  mkdir -p "$folder"
  "$xner" --threads "${THREADS:-2}" transfer "$method" --config "$config" --seed "$2" --out "$folder" \
    --cache "${CACHE:-$out/phases/seed-$2}" "${settings[@]}" >> "$folder/log" 2>&1 \
    || { tail -n 3 "$folder/log" >&2; exit 1; }
  if [ -n "$tagged" ]; then
    "$xner" --threads "${THREADS:-2}" tag --model "$folder" --input "$TEST" --format conll --output "$tagged" \
      2>> "$folder/log" || { tail -n 3 "$folder/log" >&2; exit 1; }
  fi
  if [ "${KEEP:-yes}" = no ]; then
    rm -rf "$folder/model.safetensors" "$folder/by-target"
  fi
}

against() { # NAME SEED
  local ours=$out/transadv/seed-$2 other=$out/$1/seed-$2/test.conll
  [ -e "$ours/test.conll" ] && [ -e "$other" ] && [ ! -e "$ours/against-$1.json" ] || return 0
  "$xner" eval "$TEST" "$ours/test.conll" --against "$other" --json > "$ours/against.part"
  mv "$ours/against.part" "$ours/against-$1.json"
}

for seed in "$@"; do
  for name in $rows; do row "$name" "$seed"; done
  if [ -n "${TEST:-}" ]; then
    for name in tsl mbert-ft; do against "$name" "$seed"; done
  fi
  if [ "${KEEP:-yes}" = no ]; then rm -rf "$out/phases/seed-$seed"; fi
done
