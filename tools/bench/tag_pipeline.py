"""Tagging a file by whole command against a transformers pipeline with the same weights: pip install torch transformers

    python3 tools/bench/tag_pipeline.py MODEL COLUMNS [--rounds 3] [--batches 1 8 32]

Both read a file of columns, tag its sentences by each word's most probable tag, and write words and tags; every run is a process
from start to end. The pipeline has the words joined by single blanks and no aggregation (`tag_pipeline_peer.py`). One
thread each by process CPU time, two threads each by wall clock, which want a quiet machine, in turn. Prints, for each
setting of the peer, medians, the ratio peer / ours and its range, peak memory, and what of the tokens is tagged alike.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(command, threads):
    """Seconds by the wall, seconds of CPU, MiB."""
    env = {**os.environ, "RAYON_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads),
           "TOKENIZERS_PARALLELISM": "true" if threads > 1 else "false"}
    begin = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise RuntimeError(f"{command} ended with {status}")
    return {"wall": time.perf_counter() - begin, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024}


def tags(path):
    return [line.split()[-1] for line in path.read_text().splitlines() if line.strip()]


def main():
    a = argparse.ArgumentParser()
    a.add_argument("model", type=pathlib.Path)
    a.add_argument("columns", type=pathlib.Path)
    a.add_argument("--rounds", type=int, default=3)
    a.add_argument("--batches", type=int, nargs="+", default=[1, 8, 32])
    args = a.parse_args()
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    xner = str(pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/xner")
    folder = pathlib.Path(tempfile.mkdtemp())
    mine, theirs = folder / "xner.txt", folder / "peer.txt"
    ours = [xner, "--quiet", "tag", "--model", str(args.model), "--input", str(args.columns), "--format", "conll", "--decode",
            "argmax", "--output", str(mine)]
    peer = [sys.executable, str(ROOT / "tools/bench/tag_pipeline_peer.py"), str(args.model), str(args.columns), str(theirs)]
    print("| batch of the pipeline | threads, clock | pipeline | xner | ratio | pairs | peak MiB, peer and xner | alike |")
    print("|---|---|---|---|---|---|---|---|")
    for threads, clock in [(1, "cpu"), (2, "wall")]:
        for batch in args.batches:
            pairs = [(run([*peer, str(batch), str(threads)], threads), run([*ours, "--threads", str(threads)], threads))
                     for _ in range(args.rounds)]
            middle = lambda side, key: statistics.median(pair[side][key] for pair in pairs)
            ratios = sorted(t[clock] / m[clock] for t, m in pairs)
            both = list(zip(tags(theirs), tags(mine), strict=True))
            print(f"| {batch} | {threads}, {clock} | {middle(0, clock):.2f} s | {middle(1, clock):.2f} s | "
                  f"{statistics.median(ratios):.2f} | {ratios[0]:.2f} to {ratios[-1]:.2f} | "
                  f"{middle(0, 'peak'):.0f}, {middle(1, 'peak'):.0f} | {100 * sum(a == b for a, b in both) / len(both):.2f} % |",
                  flush=True)


if __name__ == "__main__":
    main()
