#!/bin/sh
# Every target, one after the other: sh fuzz/all.sh SECONDS [TARGET…]
cd "$(dirname "$0")/.." || exit 1
seconds=${1:-600}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- text word2vec fasttext native open dictionary similarity mapping checkpoint split corpus \
  crf tokeniser weights encoder_config vocabulary bilstm training settings reports hub
mkdir -p fuzz/logs
for target; do
  folder=fuzz
  [ -e "fuzz/model/targets/$target.rs" ] && folder=fuzz/model
  mkdir -p "fuzz/corpus/$target" "$folder/seeds/$target"
  nice -n 15 cargo +nightly fuzz run --fuzz-dir "$folder" "$target" "fuzz/corpus/$target" "$folder/seeds/$target" -- \
    -max_total_time="$seconds" -rss_limit_mb=2048 -malloc_limit_mb=1024 -max_len=20000 -timeout=20 -print_final_stats=1 \
    >"fuzz/logs/$target" 2>&1
  echo "$target: $? $(grep -E 'DONE|number_of_executed' "fuzz/logs/$target" | tail -2 | tr '\n' ' ')"
done
