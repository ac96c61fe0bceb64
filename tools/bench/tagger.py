"""The whole tagger against PyTorch, in turn on the same shapes: pip install torch pytorch-crf

    python3 tools/bench/tagger.py [--rounds 5]

Builds our side, then alternates: a round of the peer (tagger_peer.py), a round of ours. One thread each by process
CPU time, two threads each by wall clock (which wants a quiet machine). Prints, for each work, the medians and the
ratio peer / ours: above 1 is faster than the peer, with the smallest and the largest ratio of a pair.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORKS = [("train", 16, 40), ("tag", 1, 200), ("tag", 32, 40)]


def run(command, threads):
    env = {**os.environ, "RAYON_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    out = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[-1])


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--rounds", type=int, default=5)
    args = a.parse_args()
    # The whole workspace's features, so that nothing built for `cargo run` and `cargo test` is built anew.
    subprocess.run(["cargo", "build", "--release", "--quiet", "--workspace", "--example", "tagger_speed"],
                   cwd=ROOT, check=True)
    ours = str(ROOT / "target/release/examples/tagger_speed")
    peer = [sys.executable, str(ROOT / "tools/bench/tagger_peer.py")]
    print("| work | threads, clock | PyTorch | xner | ratio | pairs |\n|---|---|---|---|---|---|")
    for mode, batch, steps in WORKS:
        for threads, clock in [(1, "cpu_ms"), (2, "wall_ms")]:
            pairs = []
            for _ in range(args.rounds):
                theirs = run([*peer, mode, "--batch", str(batch), "--threads", str(threads), "--rounds", "1",
                              "--steps", str(steps)], threads)[clock]
                mine = run([ours, mode, str(batch), "1", str(steps * 4)], threads)[clock]
                pairs.append((theirs, mine))
            theirs, mine = (statistics.median(side) for side in zip(*pairs))
            ratios = sorted(t / m for t, m in pairs)
            print(f"| {mode}, batch {batch} | {threads}, {clock[:-3]} | {theirs:.2f} ms | {mine:.3f} ms | "
                  f"{statistics.median(ratios):.2f} | {ratios[0]:.2f} to {ratios[-1]:.2f} |", flush=True)


if __name__ == "__main__":
    main()
