#!/usr/bin/env python3
"""Scores models on the test sides by which the model in the box is judged.

    python3 tools/built_in_scores.py CORPORA OUT.tsv NAME=MODEL ...
    python3 tools/built_in_scores.py --table OUT.tsv

CORPORA is a folder with `open/uner/en/test.txt.xz`, `conll2002/es/test.txt` and so on, tokens first and tags last.
MODEL is what `xner tag --model` takes, or empty for the model in the box. Types but PER, LOC and ORG are O in the gold
tags. A line for each model, test and type, `all` for all of them. The second form prints the table of the card.
"""

import json
import lzma
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = [
    ("en", "open/uner/en/test.txt.xz"),
    ("da", "open/uner/da/test.txt.xz"),
    ("hr", "open/uner/hr/test.txt.xz"),
    ("pt", "open/uner/pt/test.txt.xz"),
    ("zh", "open/uner/zh/test.txt.xz"),
    ("fi", "open/turku/fi/test.txt.xz"),
    ("en-pud", "open/uner-pud/en/test.txt.xz"),
    ("es-conll", "conll2002/es/test.txt"),
    ("nl-conll", "conll2002/nl/test.txt"),
    ("de-conll", "conll2003/de/test.txt"),
    ("fr-europeana", "europeana/fr/test.txt"),
]
TYPES = {"PER", "LOC", "ORG"}
XNER = os.environ.get("XNER", "target/release/xner")


def gold(path, out):
    """The test with two columns and the three types."""
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf8") as file, open(out, "w", encoding="utf8") as made:
        for row in file:
            fields = row.split("\t") if "\t" in row else row.split()
            if row.strip() and not row.startswith("-DOCSTART-"):
                tag = fields[-1].strip()
                made.write(f"{fields[0]}\t{tag if tag[2:] in TYPES else 'O'}\n")
            elif not row.strip():
                made.write("\n")


def main(corpora, out, *models):
    rows = ["model\ttest\ttype\tprecision\trecall\tf1\tentities"]
    with tempfile.TemporaryDirectory() as folder:
        for test, path in TESTS:
            right = Path(folder) / f"{test}.tsv"
            gold(Path(corpora) / path, right)
            for named in models:
                name, model = named.split("=", 1)
                tagged = Path(folder) / "tagged.tsv"
                command = [XNER, "tag", "--quiet", "--input", right, "--output", tagged]
                subprocess.run(command + (["--model", model] if model else []), check=True)
                scores = json.loads(subprocess.check_output([XNER, "eval", right, tagged, "--json"]))
                kinds = {"all": scores["overall"], **scores["types"]}
                for kind, found in kinds.items():
                    if kind == "all" or kind in TYPES:
                        numbers = (f"{100 * found[key]:.2f}" for key in ("precision", "recall", "f1"))
                        rows.append("\t".join([name, test, kind, *numbers, str(found["support"])]))
                print(*(row for row in rows[-len(kinds):] if "\tall\t" in row), flush=True)
    Path(out).write_text("\n".join(rows) + "\n", encoding="utf8")


def table(path):
    """F1 by test and type, a model a column group."""
    rows = [row.split("\t") for row in Path(path).read_text(encoding="utf8").splitlines()[1:]]
    models = list(dict.fromkeys(row[0] for row in rows))
    f1 = {tuple(row[:3]): row[5] for row in rows}
    kinds = ["all", "PER", "LOC", "ORG"]
    heads = [f"{model}, {kind}" if kind != "all" else model for model in models for kind in kinds]
    print("| test | " + " | ".join(heads) + " |\n|---|" + "---|" * len(heads))

    def rounded(of):
        return f"{float(f1[of]):.1f}" if of in f1 else "–"

    for test in dict.fromkeys(row[1] for row in rows):
        print(f"| {test} | " + " | ".join(rounded((m, test, k)) for m in models for k in kinds) + " |")
    means = (sum(float(f1[m, test, k]) for test, _ in TESTS) / len(TESTS) for m in models for k in kinds)
    print("| mean | " + " | ".join(f"{mean:.1f}" for mean in means) + " |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--table"] and len(sys.argv) == 3:
        table(sys.argv[2])
        sys.exit()
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
