#!/usr/bin/env python3
"""Golden correlations of scipy for crates/xner-embed/tests/similarity.rs.

Needs: pip install numpy scipy

Each case has two vocabularies' vectors (or one, twice), lines of two words and a score with many ties and some
unknown words, and Pearson's and Spearman's correlation of the scores with the cosines.
"""

import json
import pathlib

import numpy as np
from scipy.stats import pearsonr, spearmanr

OUT = pathlib.Path(__file__).resolve().parents[2] / "crates/xner-embed/tests/golden/similarity.json"


def case(seed, words, dim, pairs, levels, cross):
    random = np.random.default_rng(seed)
    first = np.round(random.normal(size=(words, dim)), 2)
    second = np.round(first + random.normal(size=(words, dim)), 2) if cross else first
    # Equal vectors make equal cosines.
    first[1::5] = first[0]
    lines, cosines, scores = [], [], []
    for one, two in random.integers(0, words + words // 8, size=(pairs, 2)):
        score = 0.0
        if one < words and two < words:
            u, v = first[one].astype(np.float32), second[two].astype(np.float32)
            u, v = u.astype(np.float64), v.astype(np.float64)
            cosine = u @ v / np.linalg.norm(u) / np.linalg.norm(v)
            score = float(np.round((cosine + random.normal() * 0.3) * levels) / levels)
            cosines.append(round(cosine, 12))
            scores.append(score)
        lines.append(f"w{one} w{two} {score}")
    return {
        "dim": dim, "first": first.tolist(), "second": second.tolist(), "lines": "\n".join(lines) + "\n",
        "pearson": float(pearsonr(cosines, scores)[0]), "spearman": float(spearmanr(cosines, scores)[0]),
        "known": len(scores), "pairs": pairs,
    }


if __name__ == "__main__":
    cases = [case(1, 30, 4, 60, 100, False), case(2, 25, 3, 80, 3, False), case(3, 40, 5, 70, 5, True)]
    for one in cases:
        print(one["pearson"], one["spearman"], one["known"])
    OUT.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
