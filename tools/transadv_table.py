"""The tables of docs/src/results.md on TransAdv: our rows beside the published ones.

    python3 tools/transadv_table.py runs/transadv

Reads FOLDER/PAIR/ROW/seed-N/transfer-report.json, as tools/transadv.sh leaves them. F1 on whole test sets in percent, mean and
sample deviation over seeds, for Spanish, Dutch and German, weights chosen on source dev, and, where that makes a difference, on
target dev (the last phase alone; those before it are chosen on source dev). Published: tables 2 and 3, means of five runs, chosen
on target dev. Then what each row has more than TransAdv of the same language and seed, mean over all runs that both have.
"""
import json
import pathlib
import statistics
import sys

from zero_resource_table import shown

PAIRS = ["en-es", "en-nl", "en-de"]
ROWS = [("mbert-ft", "mBERT-FT", (74.96, 77.57, 69.56)), ("advce", "AdvCE", (74.3, 77.6, 71.9)),
        ("tsl", "TSL", (76.94, 80.89, 73.22)), ("advpicker", "AdvPicker", (79.00, 82.90, 75.01)),
        ("unitrans", "UniTrans", (79.31, 82.90, 74.82)), ("transadv", "TransAdv", (80.93, 83.78, 75.52)),
        ("no-language-discriminator", "w/o LDIS", (80.70, 83.43, 75.19)),
        ("no-order-discriminator", "w/o ODIS", (80.73, 83.38, 75.31)),
        ("no-entity-teacher", "w/o Θ_entity", (80.31, 83.59, 74.91)),
        ("no-context-teacher", "w/o Θ_context", (80.16, 83.26, 75.20)),
        ("no-order-teacher", "w/o Θ_order", (80.38, 83.10, 75.26)),
        ("no-adversarial", "w/o MLADV", (80.18, 83.31, 75.16)),
        ("no-distillation", "w/o MMKD", (77.34, 81.60, 74.14))]


def reports(runs, pair, row):
    files = sorted((runs / pair / row).glob("seed-*/transfer-report.json"))
    return {file.parent.name: json.loads(file.read_text()) for file in files}


def f1(report, key):
    chosen = report.get(key) or report["by_source_dev"]
    return chosen["target_test"]["f1"]


def differences(runs):
    print("| row | runs | less TransAdv | above it |")
    print("|---|---:|---:|---:|")
    for row, title, _ in ROWS:
        each = []
        for pair in PAIRS:
            own, whole = reports(runs, pair, row), reports(runs, pair, "transadv")
            each += [f1(own[seed], "by_source_dev") - f1(whole[seed], "by_source_dev") for seed in own if seed in whole]
        if each and row != "transadv":
            print(f"| {title} | {len(each)} | {shown(each)} | {sum(one > 0 for one in each)} |")


def main():
    runs = pathlib.Path(sys.argv[1])
    every = [report for pair in PAIRS for row, *_ in ROWS for report in reports(runs, pair, row).values()]
    keys = [("by_source_dev", "source dev")]
    if any(f1(report, "by_target_dev") != f1(report, "by_source_dev") for report in every):
        keys.append(("by_target_dev", "target dev"))
    for key, name in keys:
        print(f"Weights chosen on {name}:\n")
        print("| row | runs | es | nl | de | mean | published es | nl | de | mean |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
        for row, title, published in ROWS:
            scores = [[f1(report, key) for report in reports(runs, pair, row).values()] for pair in PAIRS]
            if not any(scores):
                continue
            counts = "/".join(str(len(each)) for each in scores)
            mean = f"{100 * statistics.mean(statistics.mean(each) for each in scores):.2f}" if all(scores) else ""
            theirs = " | ".join(f"{f1:.2f}" for f1 in [*published, statistics.mean(published)])
            print(f"| {title} | {counts} | {' | '.join(map(shown, scores))} | {mean} | {theirs} |")
        print()
    differences(runs)


if __name__ == "__main__":
    main()
