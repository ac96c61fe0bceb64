#!/bin/sh
# Compares xner-crf with pytorch-crf, turn by turn, and prints how many times faster ours is: by process
# CPU time with one thread each, and by wall clock with two (believe the latter on a quiet machine only).
#
#   pip install torch pytorch-crf
#   tools/bench/crf.sh [TURNS] [SECONDS]        PYTHON=python3
set -eu
cd "$(dirname "$0")/../.."
turns=${1:-8} seconds=${2:-0.3} python=${PYTHON:-python3}
target=${CARGO_TARGET_DIR:-target}
cargo build --quiet --release -p xner-crf --example crf_bench
results=$(mktemp)
trap 'rm -f "$results"' EXIT
turn=0
while [ "$turn" -lt "$turns" ]; do
    for threads in 1 2; do
        "$python" tools/bench/crf_peer.py "$threads" "$seconds" | sed 's/^/peer /' >>"$results"
        "$target/release/examples/crf_bench" "$threads" "$seconds" | sed 's/^/ours /' >>"$results"
    done
    turn=$((turn + 1))
done
"$python" - "$results" <<'PY'
import json, statistics, sys

times = {}
for line in open(sys.argv[1]):
    who, figures = line.split(" ", 1)
    f = json.loads(figures)
    unit = "cpu_us" if f["threads"] == 1 else "wall_us"
    times.setdefault((f["work"], f["steps"], f["threads"], unit), {}).setdefault(who, []).append(f[unit])
print(f"{'work':<14}{'steps':>6}{'threads':>8}  {'by':<8}{'peer us':>10}{'ours us':>10}{'ratio':>8}  least ratio")
for (work, steps, threads, unit), who in sorted(times.items(), key=lambda t: (t[0][2], t[0][:2])):
    peer, ours = statistics.median(who["peer"]), statistics.median(who["ours"])
    least = min(p / o for p, o in zip(who["peer"], who["ours"]))
    print(f"{work:<14}{steps:>6}{threads:>8}  {unit[:-3]:<8}{peer:>10.1f}{ours:>10.1f}{peer / ours:>8.1f}  {least:.1f}")
PY
