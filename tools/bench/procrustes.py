#!/usr/bin/env python3
"""One Procrustes refinement: xner-embed and MUSE on the same vectors, two threads each, alternately.

    python3 tools/bench/procrustes.py --muse CHECKOUT [--words 30000] [--dim 300] [--pairs 15000] [--rounds 3]

CHECKOUT is a copy of https://github.com/facebookresearch/MUSE; its code is imported, not copied.
Needs: pip install numpy scipy torch faiss-cpu, and cargo.

`solve` is the sum over the pairs and the singular values (the best of seven of each round); `refinement` maps
the source, builds the CSLS dictionary of rank up to --pairs, source to target, and solves.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from types import SimpleNamespace

ROOT = pathlib.Path(__file__).resolve().parents[2]
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "2"

import numpy as np  # noqa: E402


def vectors(words, dim):
    """A hidden rotation with noise."""
    draw = np.random.default_rng(1)
    source = draw.standard_normal((words, dim), dtype=np.float32) / np.sqrt(1 + np.arange(dim, dtype=np.float32))
    rotation = np.linalg.qr(draw.standard_normal((dim, dim)))[0].astype(np.float32)
    target = source @ rotation + 0.05 * draw.standard_normal((words, dim), dtype=np.float32)
    unit = lambda rows: np.ascontiguousarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))  # noqa: E731
    return unit(source), unit(target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--muse", required=True)
    for name, value in (("words", 30_000), ("dim", 300), ("pairs", 15_000), ("rounds", 3)):
        parser.add_argument(f"--{name}", type=int, default=value)
    args = parser.parse_args()
    sys.path.insert(0, args.muse)
    import torch
    from src.dico_builder import build_dictionary
    from src.trainer import Trainer

    torch.set_num_threads(2)
    build = ["cargo", "build", "-q", "--release", "-p", "xner-embed", "--no-default-features", "--example", "procrustes_speed"]
    subprocess.run(build, cwd=ROOT, check=True)
    binary = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/examples/procrustes_speed"
    source, target = vectors(args.words, args.dim)
    params = SimpleNamespace(
        cuda=False, dico_method="csls_knn_10", dico_build="S2T", dico_max_rank=args.pairs, dico_max_size=0,
        dico_min_size=0, dico_threshold=0,
    )
    layer = lambda rows: SimpleNamespace(weight=SimpleNamespace(data=torch.from_numpy(rows)))  # noqa: E731
    ranks = torch.arange(args.pairs)[:, None].repeat(1, 2)
    mapping = torch.nn.Linear(args.dim, args.dim, bias=False)
    trainer = SimpleNamespace(src_emb=layer(source), tgt_emb=layer(target), mapping=mapping, dico=ranks)

    def theirs():
        solve = float("inf")
        for _ in range(7):
            start = time.perf_counter()
            Trainer.procrustes(trainer)
            solve = min(solve, time.perf_counter() - start)
        start = time.perf_counter()
        with torch.no_grad():
            mapped = mapping(trainer.src_emb.weight.data)
            mapped = mapped / mapped.norm(2, 1, keepdim=True)
            trainer.dico = build_dictionary(mapped, trainer.tgt_emb.weight.data, params)
        Trainer.procrustes(trainer)
        refinement = time.perf_counter() - start
        pairs, trainer.dico = len(trainer.dico), ranks
        return {"solve": solve, "refinement": refinement, "pairs": pairs}

    with tempfile.TemporaryDirectory() as folder:
        files = [f"{folder}/source", f"{folder}/target"]
        for path, side in zip(files, (source, target)):
            side.tofile(path)
        command = [binary, *files, str(args.dim), str(args.pairs)]
        mine, peer = [], []
        for _ in range(args.rounds):
            mine.append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
            peer.append(theirs())
    for what in ("solve", "refinement"):
        ours, muse = (statistics.median(run[what] for run in runs) for runs in (mine, peer))
        ratios = [b[what] / a[what] for a, b in zip(mine, peer)]
        print(f"{what}: xner {ours * 1e3:.1f} ms, MUSE {muse * 1e3:.1f} ms, ratio {muse / ours:.2f} (least {min(ratios):.2f})")
    print("pairs of the last dictionary:", mine[-1]["pairs"], "and", peer[-1]["pairs"])


if __name__ == "__main__":
    main()
