#!/usr/bin/env python3
"""Writes crates/xner-embed/tests/golden/muse.txt: what MUSE's own Procrustes and dictionary building make of small
vectors.

    python3 tools/golden/muse/make.py --muse CHECKOUT > crates/xner-embed/tests/golden/muse.txt

CHECKOUT is a copy of https://github.com/facebookresearch/MUSE; its code is imported, not copied.
Needs: pip install torch numpy scipy (faiss-cpu is used by MUSE when it is there).

The file has a line for each thing: `vectors NAME ROWS DIM` with the rows behind it, `seeds` (the target ranks of the
first source words, the dictionary that each case begins with), `case NAME KEY=VALUE ...` with the
settings of a case, then its `pairs` (source and target rank, each pair once, sorted), its `mapping` (a matrix W for row
vectors, x W) and `criterion` (the mean cosine by CSLS).
"""

import argparse
import sys
from types import SimpleNamespace

import numpy as np


def vectors(rng, rows, dim):
    """Vectors in clusters, with a falling spectrum; rounded, so that a short text has them to the bit."""
    centres = rng.normal(size=(8, dim))
    spread = 1 / np.sqrt(np.arange(dim) + 2)
    return np.round((0.7 * centres[rng.integers(8, size=rows)] + rng.normal(size=(rows, dim))) * spread, 3)


def lines(name, matrix):
    print("vectors", name, *matrix.shape)
    for row in matrix:
        print(*(f"{x:.9g}" for x in row))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--muse", required=True)
    sys.path.insert(0, parser.parse_args().muse)
    import torch
    from src.evaluation.evaluator import Evaluator
    from src.trainer import Trainer

    torch.set_num_threads(1)
    rng = np.random.default_rng(17)
    rows, dim = 120, 8
    source = vectors(rng, rows, dim)
    rotation = np.linalg.qr(rng.normal(size=(dim, dim)))[0]
    order = np.argsort(np.arange(rows) + 6 * rng.random(rows))
    target = np.round((source @ rotation)[order] + 0.12 * rng.normal(size=(rows, dim)), 3)
    target = np.vstack([target, vectors(rng, 15, dim)])
    lines("source", source)
    lines("target", target)
    gold = {int(of): rank for rank, of in enumerate(order)}
    print("seeds", *(gold[at] for at in range(25)))

    def embedding(matrix):
        return torch.nn.Embedding.from_pretrained(torch.from_numpy(matrix.astype(np.float32)))

    src, tgt = embedding(source), embedding(target)
    cases = {
        "forward": ("S2T", 0, 0, 0, 0),
        "backward": ("T2S", 0, 0, 0, 0),
        "union": ("S2T|T2S", 90, 0, 0, 0),
        "intersection": ("S2T&T2S", 90, 0, 0, 0),
        "ranked": ("S2T", 60, 0, 0, 0),
        "sized": ("S2T", 100, 0, 40, 0),
        "sure": ("S2T", 100, 10, 0, 0.1),
        "sure-both": ("S2T&T2S", 100, 10, 80, 0.02),
    }
    for name, (build, rank, least, most, threshold) in cases.items():
        params = SimpleNamespace(
            cuda=False, src_dico=None, tgt_dico=None, dico_method="csls_knn_10", dico_build=build, dico_max_rank=rank,
            dico_min_size=least, dico_max_size=most, dico_threshold=threshold,
        )
        mapping = torch.nn.Linear(dim, dim, bias=False)
        trainer = Trainer(src, tgt, mapping, None, params)
        print("case", name, f"build={build} rank={rank} min={least} max={most} threshold={threshold}")
        # Twice round: a dictionary of 25 true pairs, its solution; the dictionary by CSLS, its solution.
        trainer.dico = torch.tensor([[at, gold[at]] for at in range(25)])
        trainer.procrustes()
        trainer.build_dictionary()
        pairs = sorted({(int(i), int(j)) for i, j in trainer.dico})
        print("pairs", *(f"{i}:{j}" for i, j in pairs))
        trainer.procrustes()
        # MUSE maps columns.
        print("mapping", *(f"{x:.9g}" for x in mapping.weight.data.numpy().T.flatten()))
        log = {}
        evaluator = Evaluator.__new__(Evaluator)
        evaluator.src_emb, evaluator.tgt_emb, evaluator.mapping, evaluator.params = src, tgt, mapping, params
        evaluator.dist_mean_cosine(log)
        print("criterion", f"{log['mean_cosine-csls_knn_10-S2T-10000']:.9g}")


if __name__ == "__main__":
    main()
