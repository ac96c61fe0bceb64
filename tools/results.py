"""Mean, sample deviation and maximum over seeds of what `xner train --json` printed, as a Markdown row each.

    python3 tools/results.py NAME=runs/conll2003-en-?.json …

Standard library only. Each argument is a row: its name and the files of its runs.
"""
import glob
import json
import statistics
import sys


def figures(values):
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{100 * statistics.mean(values):.2f} ± {100 * deviation:.2f} | {100 * max(values):.2f}"


def main():
    print("| model | runs | dev F1, mean ± sd | max | test F1, mean ± sd | max | test F1 of each |")
    print("|---|---|---|---|---|---|---|")
    for row in sys.argv[1:]:
        name, pattern = row.split("=", 1)
        runs = [json.load(open(path, encoding="utf-8")) for path in sorted(glob.glob(pattern))]
        if not runs:
            sys.exit(f"{pattern}: no such files")
        dev = [run["dev"]["f1"] for run in runs]
        test = [run["test"]["overall"]["f1"] for run in runs]
        each = ", ".join(f"{100 * f1:.2f}" for f1 in test)
        print(f"| {name} | {len(runs)} | {figures(dev)} | {figures(test)} | {each} |")


if __name__ == "__main__":
    main()
