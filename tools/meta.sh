#!/usr/bin/env bash
# Every row of table 4 of meta-learning for some languages:
#
#     tools/meta.sh OUT SEED...
#
# LANGUAGES names the targets (default es nl de fr), each by examples/configs/meta/en-LANGUAGE.toml; CONFIGS another folder of
# such files. A row and seed that is finished is not repeated, and one that was stopped goes on. In the end OUT/en-LANGUAGE/ROW/seed-N
# holds the reports:
#
#     python3 tools/measured.py docs/measured/meta.tsv OUT
#     python3 tools/meta_table.py docs/measured/meta.tsv
#
# The row `longer` is the base model trained on for as many updates, without inner steps, masking and the greatest term: what
# meta-training gives beyond it is not mere training. XNER names the program (default xner), THREADS how many threads a run has
# (default 2), ROWS the rows (default all). With KEEP=no a row's model is removed when it is scored; reports stay, and in
# OUT/phases what rows and languages share: base models, meta-trained ones, vectors of sentences.
set -euo pipefail
out=$1
shift
xner=${XNER:-xner}
rows=${ROWS:-base full no-max-loss no-masking no-max-loss-or-masking longer}

row() { # LANGUAGE NAME SEED
  local folder=$out/en-$1/$2/seed-$3 settings=()
  case $2 in
    base) settings=(--set ablation=no-meta-training) ;;
    longer) settings=(--set ablation=no-max-loss-or-masking --set inner.steps=0 --set "row=base, trained longer") ;;
    no-*) settings=(--set "ablation=$2") ;;
  esac
  [ -e "$folder/transfer-report.json" ] && return
  mkdir -p "$folder"
  "$xner" --threads "${THREADS:-2}" transfer meta --config "${CONFIGS:-examples/configs/meta}/en-$1.toml" --seed "$3" \
    --out "$folder" --cache "$out/phases" "${settings[@]}" >> "$folder/log" 2>&1 || { tail -n 3 "$folder/log" >&2; exit 1; }
  if [ "${KEEP:-yes}" = no ]; then rm -f "$folder/model.safetensors"; fi
}

for seed in "$@"; do
  for name in $rows; do
    for language in ${LANGUAGES:-es nl de fr}; do row "$language" "$name" "$seed"; done
  done
done
