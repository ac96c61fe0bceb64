#!/usr/bin/env python3
"""Supervised mapping in numpy, by none of our code: what `xner map --method supervised` must at least reach.

    python3 tools/bench/supervised.py SOURCE.vec TARGET.vec TRAIN.txt TEST.txt [--normalise unit,centre,unit]

Needs: pip install numpy.

One Procrustes solution over the training pairs that both vocabularies have, then the precision at 1 of the test
dictionary's source words by nearest neighbour and by CSLS (k = 10), counted as MUSE counts: a source word is hit
when one of its listed translations is the best of the whole target vocabulary.  `--refine N` repeats Procrustes
with the mutual CSLS translations of the 10,000 most frequent words, as MUSE's supervised mode does.
"""

import argparse
import collections
import json

import numpy as np

K = 10


def read(path, limit):
    with open(path, encoding="utf-8") as lines:
        count, dim = map(int, next(lines).split())
        count = min(count, limit)
        words, rows = {}, np.empty((count, dim), np.float32)
        for rank, line in zip(range(count), lines):
            word, _, numbers = line.rstrip().partition(" ")
            words.setdefault(word, rank)
            rows[rank] = np.array(numbers.split(), np.float32)
    return words, rows


def normalise(rows, steps):
    for step in filter(None, steps.split(",")):
        rows = rows - rows.mean(0) if step == "centre" else rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def pairs_of(path, source, target):
    found = []
    for line in open(path, encoding="utf-8"):
        s, t = line.split()
        if s in source and t in target:
            found.append((source[s], target[t]))
    return np.array(found)


def nearest_means(queries, keys):
    """The mean similarity of each query with its K nearest keys."""
    parts = []
    for start in range(0, len(queries), 1024):
        similarity = queries[start : start + 1024] @ keys.T
        parts.append(np.sort(np.partition(similarity, -K, axis=1)[:, -K:], axis=1).mean(1))
    return np.concatenate(parts)


def best(source, target, of_source, of_target, rows):
    """The CSLS translation of some source rows."""
    parts = []
    for start in range(0, len(rows), 1024):
        part = rows[start : start + 1024]
        parts.append((2 * source[part] @ target.T - of_target).argmax(1))
    return np.concatenate(parts)


def procrustes(x, z):
    u, _, vt = np.linalg.svd((x.T @ z).astype(np.float64))
    return (u @ vt).astype(np.float32)


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def precision(guess, pairs):
    translations = collections.defaultdict(set)
    for s, t in pairs:
        translations[s].add(t)
    return np.mean([guess[s] in wanted for s, wanted in translations.items()])


def main():
    args = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("source", "target", "train", "test"):
        args.add_argument(name)
    args.add_argument("--normalise", default="")
    args.add_argument("--refine", type=int, default=0)
    args.add_argument("--limit", type=int, default=200_000)
    args = args.parse_args()
    source_words, source = read(args.source, args.limit)
    target_words, target = read(args.target, args.limit)
    source, target = normalise(source, args.normalise), normalise(target, args.normalise)
    train, test = (pairs_of(path, source_words, target_words) for path in (args.train, args.test))
    w = procrustes(source[train[:, 0]], target[train[:, 1]])
    keys = unit(target)
    for step in range(args.refine + 1):
        mapped = unit(source @ w)
        of_source, of_target = nearest_means(mapped, keys), nearest_means(keys, mapped)
        queries = np.unique(test[:, 0])
        csls = dict(zip(queries, best(mapped, keys, of_source, of_target, queries)))
        nn = dict(zip(queries, best(mapped, keys, of_source, np.zeros(len(keys), np.float32), queries)))
        print(
            json.dumps({
                "refinements": step, "train pairs": len(train), "test words": len(queries),
                "nn p@1": round(float(precision(nn, test)), 4), "csls p@1": round(float(precision(csls, test)), 4),
            }),
            flush=True,
        )
        if step < args.refine:
            top = np.arange(min(10_000, len(mapped))), np.arange(min(10_000, len(keys)))
            forward = best(mapped, keys, of_source, of_target, top[0])
            backward = best(keys, mapped, of_target, of_source, top[1])
            mutual = [(s, t) for s, t in enumerate(forward) if t < len(backward) and backward[t] == s]
            mutual = np.array(mutual)
            w = procrustes(source[mutual[:, 0]], target[mutual[:, 1]])


if __name__ == "__main__":
    main()
