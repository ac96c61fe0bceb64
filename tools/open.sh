#!/usr/bin/env bash
# The open benchmark: every row for every language, source dev alone.
#
#     tools/open.sh OUT SEED...
#
# Each row is a method of TransAdv's family or an ablation, as in tools/transadv.sh; what languages have in common, the
# model of the English labels, is trained once a seed. A row and seed that is finished is not repeated, and one that was
# stopped goes on. In the end OUT/en-LANGUAGE/ROW/seed-N holds the reports:
#
#     python3 tools/measured.py docs/measured/open.tsv OUT
#     python3 tools/open_table.py docs/measured/open.tsv
#
# XNER names the program (default xner), THREADS how many threads a run has (default 2), LANGUAGES and ROWS what is run.
# Slovak has no dictionary, and so no row that translates.
set -euo pipefail
out=$1
shift
languages=${LANGUAGES:-da fi hi hr hu nb pt sk sr sv zh}
rows=${ROWS:-mbert-ft tsl unitrans transadv}

for seed in "$@"; do
  for row in $rows; do
    for language in $languages; do
      if [ "$language" = sk ] && [[ " unitrans transadv consensus " = *" $row "* ]]; then continue; fi
      CACHE=$out/phases/seed-$seed ROWS=$row bash tools/transadv.sh "examples/configs/open/en-$language.toml" \
        "$out/en-$language" "$seed"
      # The models are not needed once their row is scored.
      if [ "${KEEP:-no}" = no ]; then rm -f "$out/en-$language/$row/seed-$seed/model.safetensors"; fi
    done
  done
done
