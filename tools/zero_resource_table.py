"""The tables of docs/src/results.md on zero-resource transfer: our rows beside the published ones.

    python3 tools/zero_resource_table.py runs

Reads runs/zero-resource/PAIR/ROW/seed-N/transfer-report.json, runs/bwet/PAIR/seed-N/transfer-report.json and
runs/supervised/LANGUAGE/seed-N.json (what `xner train --json` prints). F1 on whole test sets in percent, mean and sample
deviation over seeds. Published: Bari et al. 2020, tables 2 to 4 (five runs each), and Xie et al. 2018 (BWET).
"""
import json
import pathlib
import statistics
import sys

PAIRS = [("en-es", "Spanish"), ("en-nl", "Dutch"), ("en-de", "German"), ("en-fi", "Finnish")]
# Chosen on source dev, and on target dev; None where the paper has no number or says that nothing is learnt.
PUBLISHED = {
    "en-es": {"source-mono": ("26.76 ± 1.45", "33.66 ± 0.90"), "source-mono-random": ("32.61 ± 1.71", "36.87 ± 2.46"),
              "cross-word-no-characters": ("64.79 ± 1.68", "68.63 ± 1.49"), "cross-word": ("70.49 ± 1.34", "72.66 ± 0.39"),
              "cross-shared": ("71.97 ± 0.85", "74.39 ± 0.94"), "cross-augmented": ("72.36 ± 1.17", "75.93 ± 0.81"),
              "bwet": ("", "71.03 ± 0.44"), "supervised": ("", "84.71 ± 0.06")},
    "en-nl": {"source-mono": ("20.94 ± 0.74", "25.69 ± 1.75"), "source-mono-random": ("24.74 ± 0.48", "32.47 ± 0.92"),
              "cross-word-no-characters": ("64.28 ± 0.71", "65.01 ± 0.53"), "cross-word": ("69.24 ± 1.32", "70.31 ± 1.01"),
              "cross-shared": ("68.85 ± 1.87", "71.02 ± 1.20"), "cross-augmented": ("69.43 ± 2.43", "74.61 ± 1.24"),
              "bwet": ("", "71.25 ± 0.79"), "supervised": ("", "85.16 ± 0.21")},
    "en-de": {"source-mono": ("8.34 ± 1.43", "12.54 ± 3.07"), "source-mono-random": ("11.51 ± 0.71", "14.70 ± 0.35"),
              "cross-word-no-characters": ("57.12 ± 0.53", "58.76 ± 0.70"), "cross-word": ("30.99 ± 1.08", "45.20 ± 2.78"),
              "cross-shared-no-characters": ("56.20 ± 1.38", "58.91 ± 1.03"), "cross-augmented": ("59.45 ± 2.56", "65.24 ± 0.56"),
              "bwet": ("", "56.90 ± 0.76"), "supervised": ("", "78.14 ± 0.32")},
    "en-fi": {"source-mono": ("22.44 ± 2.23", "25.05 ± 0.54"), "source-mono-random": ("17.36 ± 3.34", "26.05 ± 0.44"),
              "cross-word-no-characters": ("26.55 ± 0.61", "28.77 ± 1.19"), "cross-word": ("44.90 ± 1.26", "47.84 ± 1.12"),
              "cross-shared": ("44.36 ± 2.52", "48.04 ± 1.40"), "cross-augmented": ("45.69 ± 2.61", "53.77 ± 1.54"),
              "supervised": ("", "84.21 ± 0.13")},
}
ROWS = [("source-mono-no-characters", "Source-Mono, no characters"), ("source-mono", "Source-Mono"),
        ("source-mono-random", "Source-Mono, random vectors"), ("cross-word-no-characters", "Cross-Word, no characters"),
        ("cross-word", "Cross-Word"), ("cross-shared", "Cross-Shared"),
        ("cross-shared-no-characters", "Cross-Shared, no characters"), ("cross-augmented", "Cross-Augmented"),
        ("cross-augmented-characters", "Cross-Augmented, with characters"), ("bwet", "BWET"),
        ("supervised", "trained on the target's labels")]


def shown(scores):
    if not scores:
        return ""
    mean = 100 * statistics.mean(scores)
    return f"{mean:.2f}" + (f" ± {100 * statistics.stdev(scores):.2f}" if len(scores) > 1 else "")


def scores(runs, pair, row):
    """The test F1 of each seed's weights that are best on source dev, and on target dev."""
    if row == "supervised":
        files = sorted((runs / "supervised" / pair[3:]).glob("seed-*.json"))
        return [], [json.loads(file.read_text())["test"]["overall"]["f1"] for file in files]
    folder = runs / "bwet" / pair if row == "bwet" else runs / "zero-resource" / pair / row
    # Where target dev chose the base too, that is the paper's second column.
    own = folder.with_name(f"{folder.name}-target-dev")
    columns = [("by_source_dev", folder), ("by_target_dev", own if own.exists() else folder)]
    found = []
    for key, place in columns:
        reports = [json.loads(file.read_text()) for file in sorted(place.glob("seed-*/transfer-report.json"))]
        found.append([report[key]["target_test"]["f1"] for report in reports if report.get(key)])
    return found


def main():
    runs = pathlib.Path(sys.argv[1])
    for pair, name in PAIRS:
        print(f"**English to {name}**\n")
        print("| row | runs | source dev | target dev | published, source dev | published, target dev |")
        print("|---|---:|---:|---:|---:|---:|")
        for row, title in ROWS:
            by_source, by_target = scores(runs, pair, row)
            count = max(len(by_source), len(by_target))
            if count:
                theirs = PUBLISHED[pair].get(row, ("", ""))
                print(f"| {title} | {count} | {shown(by_source)} | {shown(by_target)} | {theirs[0]} | {theirs[1]} |")
        print()


if __name__ == "__main__":
    main()
