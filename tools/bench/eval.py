#!/usr/bin/env python3
"""Scoring 1,000,000 tokens: seqeval and xner-eval on the same tags, one thread each, and the ratio.

Needs: pip install seqeval==1.2.2, and cargo.

Both sides have the tags in memory as lists of strings, a list for each sentence. Times are process CPU time per scoring, the best of some
for seqeval, the mean of many for us. xner-eval always computes precision, recall, F1 and support in all and by
type, and token accuracy; of seqeval are measured the call that gives the same by type
(precision_recall_fscore_support), the least that it offers (f1_score), and its report. The micro F1 of both
must agree.
"""

import os
import pathlib
import random
import re
import resource
import subprocess
import tempfile
import time
import warnings

from seqeval.metrics import classification_report, f1_score
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support as default_scores
from seqeval.metrics.v1 import precision_recall_fscore_support as strict_scores
from seqeval.scheme import IOB2, IOBES

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parents[2]
TOKENS = 1_000_000
REPEAT = 100


def corpus(scheme):
    """About a fifth of the tokens in entities, one predicted tag in twenty another."""
    draw = random.Random(7)
    types = ["PER", "LOC", "ORG", "MISC"]
    letters = "BI" if scheme == "iob2" else "BIES"
    every = ["O"] + [f"{letter}-{kind}" for letter in letters for kind in types]
    gold, predicted, total = [], [], 0
    while total < TOKENS:
        length, tags = min(draw.randint(5, 35), TOKENS - total), []
        while len(tags) < length:
            if draw.random() < 0.87:
                tags.append("O")
                continue
            size, kind = min(draw.choice([1, 1, 2, 2, 3]), length - len(tags)), draw.choice(types)
            letters = ["B"] + ["I"] * (size - 1)
            if scheme == "iobes":
                letters[-1] = "S" if size == 1 else "E"
            tags += [f"{letter}-{kind}" for letter in letters]
        gold.append(tags)
        predicted.append([draw.choice(every) if draw.random() < 0.05 else tag for tag in tags])
        total += length
    return gold, predicted


def peer(call, rounds=3):
    """The best CPU time of a call, and its result."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        result = call()
        best = min(best, time.process_time() - start)
    return best, result


def ours(binary, files, mode):
    """CPU time of one scoring, from runs that differ in nothing but their number of scorings."""

    def run(repeat):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([binary, *files, mode, str(repeat)], capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout

    once, output = run(1)
    often, _ = run(1 + REPEAT)
    micro = re.search(r"^micro +[\d.]+ +[\d.]+ +([\d.]+)", output, re.M)[1]
    return (often - once) / REPEAT, micro


def main():
    subprocess.run(["cargo", "build", "-q", "--release", "-p", "xner-eval", "--example", "score"], cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    binary = str(target / "release/examples/score")
    print(f"{TOKENS:,} tokens, CPU seconds for each scoring")
    print(f"{'mode':16} {'seqeval call':32} {'seqeval':>9} {'xner-eval':>9} {'ratio':>7}")
    for mode, tags, scheme in [("seqeval", "iob2", None), ("iob2", "iob2", IOB2), ("iobes", "iobes", IOBES)]:
        gold, predicted = corpus(tags)
        more = {} if scheme is None else {"mode": "strict", "scheme": scheme}
        if scheme is None:
            by_type = lambda: default_scores(gold, predicted, average=None)  # noqa: E731
        else:
            by_type = lambda: strict_scores(gold, predicted, average=None, scheme=scheme)  # noqa: E731
        calls = {
            "precision_recall_fscore_support": by_type,
            "classification_report": lambda: classification_report(gold, predicted, **more),
            "f1_score": lambda: f1_score(gold, predicted, **more),
        }
        with tempfile.TemporaryDirectory() as folder:
            files = [f"{folder}/gold", f"{folder}/predicted"]
            for path, side in zip(files, (gold, predicted)):
                pathlib.Path(path).write_text("".join(" ".join(sentence) + "\n" for sentence in side))
            mine, micro = ours(binary, files, mode)
        name = "default" if scheme is None else f"strict {scheme.__name__}"
        for call, function in calls.items():
            theirs, result = peer(function)
            print(f"{name:16} {call:32} {theirs:9.3f} {mine:9.5f} {theirs / mine:6.0f}x", flush=True)
        assert f"{100 * result:.2f}" == micro, (result, micro)


if __name__ == "__main__":
    main()
