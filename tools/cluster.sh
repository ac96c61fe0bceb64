#!/usr/bin/env bash
# Tags a Parquet corpus on a cluster of one scheduler and two executors on this machine, kills one of them in the
# middle, and compares the rows with those of one process:
#
#     tools/cluster.sh TEXT [ROWS]
#
# TEXT has a text a line; lines are repeated up to ROWS (200,000 by default), each with a number. PROGRAMS is the
# folder of `xner-sql` and `xner-cluster` (target/release by default), WORK where all is written (target/cluster),
# MODEL the model (by default the one in the box), KILL_AFTER the seconds until one is killed (30).
set -euo pipefail
text=$1 rows=${2:-200000}
programs=${PROGRAMS:-target/release} work=${WORK:-target/cluster}
port=${PORT:-50050} model=${MODEL:-built-in}
rm -rf "$work"
mkdir -p "$work"

# 40 files: units of work that are lost alone.
python3 - "$text" "$rows" "$work/rows.json" << 'PYTHON'
import itertools, json, sys
text, rows, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
lines = [line.strip() for line in open(text, encoding="utf-8") if line.strip()]
with open(out, "w", encoding="utf-8") as file:
    for number, line in zip(range(rows), itertools.cycle(lines)):
        file.write(json.dumps({"id": number, "body": f"{number}: {line}"}, ensure_ascii=False) + "\n")
PYTHON
for part in $(seq 0 39); do
  echo "copy (select * from '$work/rows.json' where id % 40 = $part) to '$work/corpus/part-$part.parquet';"
done > "$work/split.sql"
while read -r query; do "$programs/xner-sql" "${query%;}" > /dev/null; done < "$work/split.sql"

query="select id, ner(body) entities from '$work/corpus/*.parquet'"
sorted() { LC_ALL=C sort "$1" | sha256sum | cut -d' ' -f1; }

echo "one process"
time "$programs/xner-sql" --model "$model" --to jsonl "$query" > "$work/one.jsonl"

children=()
trap 'kill "${children[@]}" 2> /dev/null || true' EXIT
"$programs/xner-cluster" --model "$model" scheduler --bind-host 127.0.0.1 --bind-port "$port" \
  --executor-timeout-seconds 15 --expire-dead-executor-interval-seconds 5 2> "$work/scheduler.log" &
children+=($!)
sleep 2
for executor in 1 2; do
  first=$((port + 10 * executor))
  "$programs/xner-cluster" --model "$model" executor --bind-host 127.0.0.1 --external-host 127.0.0.1 \
    --scheduler-host 127.0.0.1 \
    --scheduler-port "$port" --bind-port "$first" --bind-grpc-port $((first + 1)) \
    --bind-health-port $((first + 2)) --vcores 1 --executor-heartbeat-interval-seconds 3 \
    --work-dir "$work/executor-$executor" \
    2> "$work/executor-$executor.log" &
  children+=($!)
  mkdir -p "$work/executor-$executor"
done
sleep 3

echo "two executors, one of which is killed after ${KILL_AFTER:-30} seconds"
(sleep "${KILL_AFTER:-30}"; kill -9 "${children[2]}"; echo "killed") &
time "$programs/xner-cluster" --model "$model" sql --scheduler "df://127.0.0.1:$port" --to jsonl "$query" \
  > "$work/cluster.jsonl"

one=$(sorted "$work/one.jsonl") cluster=$(sorted "$work/cluster.jsonl")
echo "rows: $(wc -l < "$work/one.jsonl") and $(wc -l < "$work/cluster.jsonl")"
echo "digests: $one and $cluster"
[ "$one" = "$cluster" ] && echo "the same rows"
