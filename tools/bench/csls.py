#!/usr/bin/env python3
"""CSLS nearest translations: xner-embed and faiss-cpu on the same vectors, and how fast the machine multiplies.

Needs: pip install numpy torch faiss-cpu, and cargo.
Usage: csls.py [--words 50000] [--dim 300] [--k 10] [--runs 5] [--threads 2] [--growth 10000,25000,50000]

Both sides have unit vectors in memory: words in clusters, some of them hubs near the middle of everything. One run is
what a dictionary takes: r_T of every source word, r_S of every target word, and the k targets with the highest CSLS of
every source word. faiss searches its flat inner-product index three times: targets for sources, sources for
targets, then targets with one more coordinate, -r_S / 2, for sources with a 1 there, which ranks by CSLS
exactly. The sides run alternately. The machine's rate is the best of the products of torch, numpy and the gemm crate,
4096 x 4096 at the same dimension; ours needs two products of all words with all words, and its share of the rate
counts those alone. Peak memory is the whole process's less the two matrices.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=50_000)
    parser.add_argument("--dim", type=int, default=300)
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--growth", default="10000,25000,50000", help="sizes for the growth; empty for none")
    return parser.parse_args()


ARGS = arguments()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = str(ARGS.threads)

import faiss  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402

faiss.omp_set_num_threads(ARGS.threads)
torch.set_num_threads(ARGS.threads)


def vectors(words, dim):
    """Two sides that share clusters; the words' spread differs, so some come near to many."""
    draw = np.random.default_rng(1)
    centres = draw.standard_normal((max(words // 50, 1), dim), dtype=np.float32)
    middle = 0.3 * draw.standard_normal(dim, dtype=np.float32)

    def side():
        own = centres[draw.integers(0, len(centres), words)]
        own *= draw.gamma(2, 0.35, (words, 1)).astype(np.float32)
        own += draw.standard_normal((words, dim), dtype=np.float32) + middle
        return own / np.linalg.norm(own, axis=1, keepdims=True)

    return side(), side()


def best_rate(dim, binary, runs):
    """The best GFLOP/s of each library's product."""
    size, flops = 4096, 2 * 4096 * 4096 * dim / 1e9
    a, b = (np.random.default_rng(i).standard_normal((size, dim), dtype=np.float32) for i in (1, 2))
    out = np.empty((size, size), dtype=np.float32)
    ta, tb, tout = torch.from_numpy(a), torch.from_numpy(b).T, torch.empty(size, size)

    def best(product):
        times = []
        for _ in range(runs + 1):
            start = time.perf_counter()
            product()
            times.append(time.perf_counter() - start)
        return flops / min(times)

    lines = subprocess.run([binary, "gemm", str(dim), str(runs + 1)], capture_output=True, text=True, check=True).stdout
    return {
        "torch": best(lambda: torch.mm(ta, tb, out=tout)),
        "numpy": best(lambda: np.dot(a, b.T, out=out)),
        "gemm": max(json.loads(line)["gflops"] for line in lines.splitlines()),
    }


def theirs(source, target, k):
    """Seconds and ids of faiss."""
    start = time.perf_counter()

    def search(keys, queries):
        index = faiss.IndexFlatIP(keys.shape[1])
        index.add(keys)
        return index.search(queries, k)

    source_means = search(target, source)[0].mean(axis=1)
    target_means = search(source, target)[0].mean(axis=1)
    ones = np.ones((len(source), 1), dtype=np.float32)
    scores, ids = search(np.hstack([target, -target_means[:, None] / 2]), np.hstack([source, ones]))
    scores = 2 * scores - source_means[:, None]
    return time.perf_counter() - start, ids


def ours(binary, files, dim, k, out=None):
    """The report of one run."""
    command = [binary, *files, str(dim), str(k), "1", *([out] if out else [])]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main():
    build = ["cargo", "build", "-q", "--release", "-p", "xner-embed", "--no-default-features", "--example", "csls_speed"]
    subprocess.run(build, cwd=ROOT, check=True)
    target_folder = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    binary = str(target_folder / "release/examples/csls_speed")
    words, dim, k = ARGS.words, ARGS.dim, ARGS.k
    print(f"{words:,} x {words:,} words of {dim} dimensions, k = {k}, {ARGS.threads} threads")
    with tempfile.TemporaryDirectory() as folder:
        files = [f"{folder}/source", f"{folder}/target"]

        def write(sides):
            for path, side in zip(files, sides):
                side.tofile(path)

        source, target = vectors(words, dim)
        write((source, target))
        rates, mine, peer = [], [], []
        for run in range(ARGS.runs):
            rates.append(best_rate(dim, binary, 3))
            mine.append(ours(binary, files, dim, k, f"{folder}/ids"))
            seconds, ids = theirs(source, target, k)
            peer.append(seconds)
        found = np.fromfile(f"{folder}/ids", dtype=np.uint32).reshape(words, -1)
        same = (found == ids).mean()
        median = statistics.median(report["seconds"] for report in mine)
        flops = 4 * words * words * dim / 1e9
        rate = max(max(rates[run].values()) for run in range(ARGS.runs))
        print("products, best GFLOP/s:", ", ".join(f"{name} {max(r[name] for r in rates):.0f}" for name in rates[0]))
        means = statistics.median(report["seconds_means"] for report in mine)
        print(f"xner-embed  {median:8.2f} s (means {means:.2f}), {flops / median:.0f} GFLOP/s")
        print(f"faiss       {statistics.median(peer):8.2f} s, {1.5 * flops / statistics.median(peer):.0f} GFLOP/s")
        print(f"ratio {statistics.median(peer) / median:.2f}; share of the machine's rate {flops / median / rate:.0%}")
        extra = max(report["peak_kib"] - report["matrices_kib"] for report in mine) / 1024
        print(f"memory beside the two matrices: {extra:.0f} MiB; ids as faiss's: {same:.4%}")

        last = None
        for size in (int(size) for size in ARGS.growth.split(",") if size):
            write(vectors(size, dim))
            reports = [ours(binary, files, dim, k) for _ in range(3)]
            seconds = statistics.median(report["seconds"] for report in reports)
            extra = max(report["peak_kib"] - report["matrices_kib"] for report in reports) / 1024
            last = (size, seconds, extra)
            each = seconds / size**2 * 1e9
            print(f"{size:>9,} words: {seconds:8.2f} s, {each:.3f} ns a pair, {extra:.0f} MiB beside the matrices")
        if last:
            size, seconds, extra = last
            hours = seconds * (2_000_000 / size) ** 2 / 3600
            print(f"2,000,000 words, by the square of the number: {hours:.1f} hours; in blocks of 16,384 source words,")
            # The columns' lists of 4 bytes x (k + max(k, 16)), both means, and one block's answer.
            lists = 2_000_000 * 4 * (k + max(k, 16)) / 2**20
            print(f"the lists of the pass for the means take {lists:.0f} MiB beside {2 * 2e6 * dim * 4 / 2**30:.1f} GiB of vectors")


if __name__ == "__main__":
    main()
