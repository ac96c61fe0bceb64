"""Scores of finished runs, one figure a line, kept in the tree so that tables outlive the runs:

    python3 tools/measured.py docs/measured/transadv.tsv runs/transadv

Adds to the file what the reports under the folder say, FOLDER/PAIR/ROW/seed-N/transfer-report.json and
FOLDER/low-LANGUAGE/low-resource.json; a figure that is there already is replaced. Columns: pair, row, seed, figure,
value.

| figure | is |
|---|---|
| `source-dev`, `target-dev` | F1 on the target's test set, of the weights that are best on that development set |
| `precision`, `recall` | of the weights that are best on source dev |
| `english-dev` | their F1 on source dev |
| `adapted`, `adapted-precision`, `adapted-recall` | the same model adapted to each test sentence |
| `sentences`, `changed` | test sentences adapted to, and those whose tags this changed |
| `calibration` | expected calibration error of its entities on the test set |
| `silenced` | F1 of Cross-Augmented without the target's encoder |
| `p-tsl`, `p-mbert-ft` | significance of the difference to that row, by approximate randomisation |

Of low resource the row is `MODEL SHARE`, the seed the draw's, the figure `f1`. Scores are fractions. The tables:
tools/transadv_table.py, tools/meta_table.py.
"""
import collections
import json
import pathlib
import sys


def lines(file):
    """Each figure's line: its pair, row, seed and name, and its value as it was written."""
    for line in pathlib.Path(file).read_text().splitlines():
        if line and not line.startswith("#"):
            pair, row, seed, figure, value = line.split("\t")
            yield (pair, row, int(seed), figure), value


def read(file):
    """{(pair, row): {seed: {figure: value}}}, seeds in order."""
    found = collections.defaultdict(lambda: collections.defaultdict(dict))
    for (pair, row, seed, figure), value in lines(file):
        found[pair, row][seed][figure] = float(value)
    return {key: dict(sorted(seeds.items())) for key, seeds in found.items()}


def figures(report):
    """A transfer report's figures."""
    chosen = report["by_source_dev"]
    test = chosen["target_test"]
    yield from {"source-dev": test["f1"], "precision": test["precision"], "recall": test["recall"],
                "english-dev": chosen["source_dev"]}.items()
    if chosen.get("calibration") is not None:
        yield "calibration", chosen["calibration"]
    if report.get("by_target_dev"):
        yield "target-dev", report["by_target_dev"]["target_test"]["f1"]
    if chosen.get("silenced"):
        yield "silenced", chosen["silenced"]["f1"]
    if chosen.get("adapted"):
        adapted = chosen["adapted"]
        for name in ("f1", "precision", "recall"):
            yield "adapted" if name == "f1" else f"adapted-{name}", adapted["scores"][name]
        yield from {name: adapted[name] for name in ("sentences", "changed")}.items()


def reported(folder):
    for file in folder.glob("*/*/seed-*/transfer-report.json"):
        pair, row, seed = file.parts[-4:-1]
        for figure, value in figures(json.loads(file.read_text())):
            yield (pair, row, int(seed[5:]), figure), value
        for other in file.parent.glob("against-*.json"):
            test = json.loads(other.read_text())["against"]["approximate_randomisation"]
            yield (pair, row, int(seed[5:]), f"p-{other.stem[8:]}"), test["p_value"]
    for file in folder.glob("low-*/low-resource.json"):
        report = json.loads(file.read_text())
        for row in report["rows"]:
            for draw, scores in zip(report["draws"], row["scores"]):
                yield (file.parent.name, f"{row['model']} {row['share']:g}", draw, "f1"), scores["f1"]


def main():
    file, *folders = map(pathlib.Path, sys.argv[1:])
    notes, known = [], {}
    if file.exists():
        notes = [line for line in file.read_text().splitlines() if line.startswith("#")]
        known = dict(lines(file))
    for folder in folders:
        known.update((key, f"{value:.6g}") for key, value in reported(folder))
    text = [*notes, *("\t".join(map(str, [*key, value])) for key, value in sorted(known.items()))]
    file.write_text("\n".join(text) + "\n")


if __name__ == "__main__":
    main()
