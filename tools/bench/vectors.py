#!/usr/bin/env python3
"""Reading word vectors from text: ours against MUSE's loader and gensim's, in turn on the same files.

    python3 tools/bench/vectors.py [--sizes 50000 200000 500000] [--dim 300] [--rounds 3] [--muse CHECKOUT]

Needs: pip install numpy gensim (and torch, which MUSE's loader ends with; without it a numpy array is where it
ends), and cargo. Makes random files of so many words and dimensions with --decimals digits in a temporary folder
(about 570 MB for 200,000 x 300), and runs each side in a process of its own, one after the other, round by round;
each times its own call, so that starting Python does not count. The files were just written, so they are read from
memory. Two threads for all (--threads). Prints, for each size, the medians and the ratio peer / ours: above 1 is
faster than the peer, with the smallest and the largest ratio of a round. Then, ours alone: writing text, opening the
native file, and opening it and looking at every number.

MUSE's loader is that of a checkout (--muse), or, by default, the same steps written anew: each line split at the
first blank, its numbers by numpy, a norm that must not be 0, a dictionary, and all of it concatenated.
"""

import argparse
import io
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import types
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[2]


def make(path, words, dim, decimals):
    """A random file: rows put together from a store of runs of 30 numbers."""
    import numpy as np

    draw = np.random.default_rng(7)
    run = min(30, dim)
    numbers = draw.standard_normal((1 << 13, run)) * 0.3
    runs = [" ".join(f"{number:.{decimals}f}" for number in row) for row in numbers]
    rest = [" ".join(text.split(" ")[: dim % run]) for text in runs] if dim % run else None
    with open(path, "w") as out:
        out.write(f"{words} {dim}\n")
        for word in range(words):
            picked = draw.integers(0, len(runs), dim // run + 1)
            row = [runs[at] for at in picked[:-1]] + ([rest[picked[-1]]] if rest else [])
            out.write(f"word{word} {' '.join(row)}\n")


def muse(path, dim, checkout):
    """MUSE's loader, or its steps."""
    import numpy as np

    try:
        import torch
    except ImportError:
        torch = None
    if checkout:
        sys.path.insert(0, checkout)
        from src.utils import read_txt_embeddings

        params = types.SimpleNamespace(src_lang="en", src_emb=path, emb_dim=dim, max_vocab=-1, cuda=False)
        begun = time.perf_counter()
        _, vectors = read_txt_embeddings(params, source=True, full_vocab=False)
        return time.perf_counter() - begun, len(vectors)
    begun = time.perf_counter()
    ranks, rows = {}, []
    with io.open(path, encoding="utf-8", newline="\n", errors="ignore") as lines:
        for number, line in enumerate(lines):
            if number == 0:
                header = line.split()
                assert len(header) == 2 and int(header[1]) == dim
                continue
            word, text = line.rstrip().split(" ", 1)
            word = word.lower()
            row = np.fromstring(text, sep=" ")
            if np.linalg.norm(row) == 0:
                row[0] = 0.01
            if word not in ranks and row.shape == (dim,):
                ranks[word] = len(ranks)
                rows.append(row[None])
    vectors = np.concatenate(rows, 0)
    vectors = torch.from_numpy(vectors).float() if torch else vectors.astype(np.float32)
    words = {rank: word for word, rank in ranks.items()}
    seconds = time.perf_counter() - begun
    assert len(words) == len(vectors)
    return seconds, len(vectors)


def gensim(path):
    from gensim.models import KeyedVectors

    begun = time.perf_counter()
    vectors = KeyedVectors.load_word2vec_format(path)
    return time.perf_counter() - begun, len(vectors)


def run(command, threads):
    env = {**os.environ, **dict.fromkeys(["RAYON_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"], str(threads))}
    out = subprocess.run([str(part) for part in command], env=env, check=True, capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[-1])


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--sizes", type=int, nargs="+", default=[50_000, 200_000, 500_000])
    a.add_argument("--dim", type=int, default=300)
    a.add_argument("--decimals", type=int, default=6)
    a.add_argument("--rounds", type=int, default=3)
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--muse", help="a checkout of MUSE, whose own loader is then run")
    a.add_argument("--folder", help="where the temporary files go")
    a.add_argument("--peer", nargs=2, metavar=("WHO", "FILE"), help=argparse.SUPPRESS)
    args = a.parse_args()
    if args.peer:
        who, path = args.peer
        warnings.filterwarnings("ignore")
        seconds, words = muse(path, args.dim, args.muse) if who == "MUSE" else gensim(path)
        print(json.dumps({"seconds": seconds, "words": words}))
        return

    subprocess.run(["cargo", "build", "--release", "--quiet", "-p", "xner-embed", "--no-default-features",
                    "--example", "vectors_speed"], cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    ours = target / "release/examples/vectors_speed"
    more = ["--muse", args.muse] if args.muse else []
    print("| words x dimensions | MUSE | gensim | xner | MUSE / xner | gensim / xner | written | native opened | verified |")
    print("|---|---|---|---|---|---|---|---|---|")
    for size in args.sizes:
        with tempfile.TemporaryDirectory(dir=args.folder) as folder:
            path = pathlib.Path(folder) / "random.vec"
            make(path, size, args.dim, args.decimals)
            times = {"MUSE": [], "gensim": [], "xner": []}
            for _ in range(args.rounds):
                for who in ("MUSE", "gensim"):
                    peer = [sys.executable, __file__, "--dim", args.dim, *more, "--peer", who, path]
                    found = run(peer, args.threads)
                    assert found["words"] == size, found
                    times[who].append(found["seconds"])
                times["xner"].append(run([ours, "read", path], args.threads))
            alone = [statistics.median(float(run([ours, mode, path], args.threads)) for _ in range(args.rounds))
                     for mode in ("write", "open", "verify")]
        cells = [f"{size:,} x {args.dim}"] + [f"{statistics.median(times[who]):.3f} s" for who in times]
        for who in ("MUSE", "gensim"):
            ratios = sorted(theirs / mine for theirs, mine in zip(times[who], times["xner"]))
            cells.append(f"{statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})")
        cells += [f"{alone[0]:.2f} s", f"{alone[1] * 1e3:.2f} ms", f"{alone[2] * 1e3:.1f} ms"]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
