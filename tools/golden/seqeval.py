#!/usr/bin/env python3
"""Golden figures of seqeval for crates/xner-eval/tests/golden.rs, over the files that conlleval.py describes.

Needs: pip install seqeval==1.2.2

For each file and mode (default; strict IOB1, IOB2, IOBES): null where seqeval refuses a tag, else the micro
average F1 and the support, to be read, and a hash of the bits of every fraction: by type, then micro, macro and
weighted average.
"""

import json
import pathlib
import struct
import sys
import warnings

from conlleval import FILES, OUT, file, fnv

# This file is called like the package that it asks.
HERE = pathlib.Path(__file__).resolve().parent
sys.path = [path for path in sys.path if pathlib.Path(path).resolve() != HERE]

from seqeval.metrics import sequence_labeling as default  # noqa: E402
from seqeval.metrics import v1 as strict  # noqa: E402
from seqeval.scheme import IOB1, IOB2, IOBES  # noqa: E402

warnings.filterwarnings("ignore")


AVERAGES = ("micro", "macro", "weighted")


def line(name, precision, recall, f1, support):
    bits = "".join(struct.pack(">d", float(part)).hex() for part in (precision, recall, f1))
    return f"{name} {bits} {int(support)}\n"


def figures(gold, predicted, scheme):
    if scheme is None:
        score, more = default.precision_recall_fscore_support, {}
        names = sorted({entity[0] for side in (gold, predicted) for entity in default.get_entities(side)})
    else:
        score, more = strict.precision_recall_fscore_support, {"scheme": scheme}
        names = strict.unique_labels(gold, predicted, scheme)
    by_type = zip(*score(gold, predicted, average=None, zero_division=0, **more))
    text = "".join(line(name, *parts) for name, parts in zip(names, by_type))
    if names:
        average = {kind: score(gold, predicted, average=kind, zero_division=0, **more) for kind in AVERAGES}
    else:
        average = dict.fromkeys(AVERAGES, (0, 0, 0, 0))
    micro = average["micro"]
    text += line("micro", *micro)
    # Means are sums in some order: rounded, so that only the figures count.
    for kind in ("macro", "weighted"):
        text += kind + "".join(f" {float(part):.9f}" for part in average[kind][:3]) + "\n"
    text += "accuracy " + struct.pack(">d", default.accuracy_score(gold, predicted)).hex() + "\n"
    return [round(float(micro[2]), 6), int(micro[3]), fnv(text.encode())]


def main():
    rows = []
    for number in range(FILES):
        _, sentences = file(number)
        gold, predicted = [list(side) for side in zip(*sentences)]
        row = []
        for scheme in (None, IOB1, IOB2, IOBES):
            try:
                row.append(figures(gold, predicted, scheme))
            except (ValueError, KeyError):
                row.append(None)
        rows.append(row)
    text = ",\n".join(json.dumps(row) for row in rows)
    (OUT / "seqeval.json").write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    main()
