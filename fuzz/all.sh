#!/bin/sh
# Every target, one after the other: sh fuzz/all.sh SECONDS [TARGET…]
cd "$(dirname "$0")/.." || exit 1
seconds=${1:-600}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- text word2vec fasttext native open dictionary similarity mapping checkpoint split corpus \
  crf tokeniser
mkdir -p fuzz/logs
for target; do
  mkdir -p "fuzz/corpus/$target"
  nice -n 15 cargo +nightly fuzz run "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
    -max_total_time="$seconds" -rss_limit_mb=2048 -malloc_limit_mb=1024 -max_len=20000 -timeout=20 -print_final_stats=1 \
    >"fuzz/logs/$target" 2>&1
  echo "$target: $? $(grep -E 'DONE|number_of_executed' "fuzz/logs/$target" | tail -2 | tr '\n' ' ')"
done

