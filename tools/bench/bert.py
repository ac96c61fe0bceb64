"""The encoder against PyTorch and ONNX Runtime, in turn on the same shapes: pip install torch transformers onnx
onnxruntime

    python3 tools/bench/bert.py [--rounds 5] [--folder DIRECTORY] [--only tag train ...] [--kind bert]

Makes a random encoder of 12 layers of 384 (bert_peer.py), of the kind by its `model_type`, builds our side, then
alternates: a round of the peer, a round of ours. One thread each by process CPU time, two threads each by wall
clock (which wants a quiet machine). Prints, for each work, the medians and the ratio peer / ours: above 1 is faster
than the peer, with the smallest and the largest ratio of a pair; the GFLOP/s that ours reaches in products (dense
layers and attention, times three in training), and what share that is of the general matrix product's at 2048 x 384
x 1536, measured with each pair; and both sides' peak memory. `--only` names works by the peer's mode: tag, onnx,
onnx8 (both sides in 8 bits), train; ONNX Runtime has BERT alone. A folder holds one kind's encoder.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = {"onnx": "ONNX Runtime", "onnx8": "ONNX Runtime, quantize_dynamic"}
WORKS = [("tag", "tag", 1, 32, 60), ("tag", "onnx", 1, 32, 60), ("tag", "tag", 32, 64, 4), ("tag", "onnx", 32, 64, 4),
         ("tag8", "onnx8", 1, 32, 60), ("tag8", "onnx8", 32, 64, 4), ("train", "train", 32, 64, 3)]


def operations(mode, batch, length):
    dense, attention = 2 * 12 * 384 * 384, 4 * length * 384
    return 12 * batch * length * (dense + attention) * (3 if mode == "train" else 1)


def run(command, threads):
    env = {**os.environ, "RAYON_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    out = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[-1])


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--folder", type=pathlib.Path)
    a.add_argument("--only", nargs="+", default=["tag", "onnx", "onnx8", "train"])
    a.add_argument("--kind", default="bert")
    args = a.parse_args()
    folder = args.folder or pathlib.Path(tempfile.mkdtemp())
    peer = [sys.executable, str(ROOT / "tools/bench/bert_peer.py")]
    last = "model.onnx" if args.kind == "bert" else "vocab.txt"
    if not (folder / last).exists():
        subprocess.run([*peer, "make", str(folder), "--kind", args.kind], check=True, capture_output=True)
    subprocess.run(["cargo", "build", "--release", "--quiet", "--workspace", "--example", "bert_speed"],
                   cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    ours = str(target / "release/examples/bert_speed")
    print("| work | peer | threads, clock | peer | xner | ratio | pairs | GFLOP/s, of the product's | peak MiB, peer and xner |")
    print("|---|---|---|---|---|---|---|---|---|")
    for mode, other, batch, length, steps in WORKS:
        if other not in args.only or (other.startswith("onnx") and args.kind != "bert"):
            continue
        for threads, clock in [(1, "cpu_ms"), (2, "wall_ms")]:
            pairs, products = [], []
            for _ in range(args.rounds):
                product = run([ours, "gemm", "-", "32", "64", "1", "60"], threads)[clock]
                products.append(2 * 2048 * 384 * 1536 / product / 1e6)
                theirs = run([*peer, other, str(folder), "--batch", str(batch), "--length", str(length), "--threads",
                              str(threads), "--steps", str(steps)], threads)
                mine = run([ours, mode, str(folder), str(batch), str(length), "1", str(steps)], threads)
                pairs.append((theirs, mine))
            middle = lambda side, key: statistics.median(pair[side][key] for pair in pairs)
            ratios = sorted(t[clock] / m[clock] for t, m in pairs)
            rate = operations(mode, batch, length) / middle(1, clock) / 1e6
            print(f"| {mode}, {batch} x {length} | {PEERS.get(other, 'PyTorch')} | {threads}, {clock[:-3]} | "
                  f"{middle(0, clock):.1f} ms | {middle(1, clock):.1f} ms | {statistics.median(ratios):.2f} | "
                  f"{ratios[0]:.2f} to {ratios[-1]:.2f} | {rate:.0f}, {100 * rate / statistics.median(products):.0f} % | {middle(0, 'peak_mib'):.0f}, {middle(1, 'peak_mib'):.0f} |",
                  flush=True)


if __name__ == "__main__":
    main()
