#!/usr/bin/env python3
"""Golden figures of MUSE's word translation accuracy for crates/xner-embed/tests/induction.rs.

Needs: pip install numpy torch (faiss-cpu if at hand: MUSE then takes it), and a checkout of MUSE:

    python3 tools/golden/induction/make.py --muse MUSE

Each case has a source and a target vocabulary made by a seed, a dictionary with several translations a word,
repeated pairs and unknown words, and what MUSE says to it, in percent.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import numpy as np
import torch

OUT = pathlib.Path(__file__).resolve().parents[3] / "crates/xner-embed/tests/golden/induction.json"


def vectors(random, count, dim, near=None, noise=0.0):
    """Rows of three decimals, short enough to be read by people; some are longer than others."""
    rows = random.normal(size=(count, dim))
    if near is not None:
        rows = near[random.permutation(len(near))[:count]] + noise * rows
    return np.round(rows * random.uniform(0.2, 3.0, size=(count, 1)), 3)


def case(muse, seed, sources, targets, dim, noise, csls_k):
    random = np.random.default_rng(seed)
    hidden = random.normal(size=(max(sources, targets), dim))
    source = vectors(random, sources, dim, hidden, noise)
    target = vectors(random, targets, dim, hidden, noise)
    # The right translation of some words is what is nearest without noise; of others, whatever comes.
    unit = lambda rows: rows / np.linalg.norm(rows, axis=1, keepdims=True)
    order = np.argsort(-unit(source) @ unit(target).T, axis=1)
    lines = []
    for s in random.permutation(sources + sources // 5)[: sources * 2 // 3]:
        for _ in range(random.integers(1, 4)):
            if s < sources and random.random() < 0.7:
                t = order[s, min(int(random.exponential(4)), targets - 1)]
            else:
                t = random.integers(0, targets + targets // 5)
            lines.append(f"s{s}{random.choice([' ', chr(9)])}t{t}")
    lines += lines[:: max(1, len(lines) // 7)]
    dictionary = "\n".join(lines) + "\n"

    results = {}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "dictionary.txt"
        path.write_text(dictionary)
        ids = [{f"{side}{i}": i for i in range(count)} for side, count in (("s", sources), ("t", targets))]
        rows = [torch.from_numpy(side.astype(np.float32)) for side in (source, target)]
        for name, method in (("nn", "nn"), ("csls", f"csls_knn_{csls_k}")):
            found = muse("s", ids[0], rows[0], "t", ids[1], rows[1], method, str(path))
            results[name] = {f"p@{key.rsplit('_', 1)[1]}": float(value) for key, value in found}
    return {
        "dim": dim, "csls_k": csls_k, "source": source.tolist(), "target": target.tolist(),
        "dictionary": dictionary, "percent": results,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--muse", required=True, type=pathlib.Path, help="a checkout of MUSE")
    sys.path.insert(0, str(parser.parse_args().muse))
    from src.evaluation.word_translation import get_word_translation_accuracy as muse

    cases = [
        case(muse, 1, 150, 120, 6, 0.6, 10),
        case(muse, 2, 90, 140, 8, 0.9, 10),
        case(muse, 3, 120, 60, 5, 0.4, 3),
        # So small that MUSE's ten neighbours are all but one word.
        case(muse, 4, 12, 11, 3, 0.5, 10),
    ]
    for one in cases:
        print(one["percent"])
    OUT.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
