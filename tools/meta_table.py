"""The tables of docs/src/results.md on meta-learning: our rows beside the published ones.

    python3 tools/meta_table.py runs/meta

Reads FOLDER/en-LANGUAGE/ROW/seed-N/transfer-report.json, as tools/meta.sh leaves them, and FOLDER/low-LANGUAGE/low-resource.json,
what `xner low-resource` leaves. F1 in percent, mean and sample deviation over seeds, as the model is, and adapted to each
sentence. Published: tables 4 and 6 of Wu et al. 2020, means of five runs.
"""
import json
import pathlib
import statistics
import sys

from zero_resource_table import shown

LANGUAGES = ["es", "nl", "de", "fr"]
FEW = {(0.01, "base"): (76.83, 80.90, 73.22, 60.51), (0.01, "full"): (78.59, 82.72, 75.12, 61.71),
       (0.02, "base"): (77.28, 81.54, 74.31, 64.43), (0.02, "full"): (79.54, 83.07, 75.64, 65.79),
       (0.05, "base"): (78.74, 82.00, 75.48, 67.73), (0.05, "full"): (80.32, 83.72, 77.70, 69.19)}
ROWS = [("base", "base model", (74.59, 79.57, 70.79, 50.89)), ("longer", "base model, trained longer", None),
        ("no-max-loss-or-masking", "w/o max loss/masking", (75.33, 80.13, 71.49, 52.79)),
        ("no-masking", "w/o masking", (75.57, 80.38, 72.76, 54.29)),
        ("no-max-loss", "w/o max loss", (76.05, 79.50, 71.84, 52.64)), ("full", "full", (76.75, 80.44, 73.16, 55.30))]


def reports(runs, language, row):
    files = sorted((runs / f"en-{language}" / row).glob("seed-*/transfer-report.json"))
    return [json.loads(file.read_text())["by_source_dev"] for file in files]


def mean(scores):
    return f"{100 * statistics.mean(statistics.mean(each) for each in scores):.2f}" if all(scores) else ""


def table_4(runs):
    ways = [("as it is", lambda chosen: chosen["target_test"]["f1"]), ("adapted", lambda chosen: chosen["adapted"]["scores"]["f1"])]
    columns = " | ".join(LANGUAGES)
    print(f"| row | | runs | {columns} | mean | published {columns} | mean |")
    print("|---|---|---" + "|---:" * (2 * len(LANGUAGES) + 2) + "|")
    for row, title, published in ROWS:
        found = [reports(runs, language, row) for language in LANGUAGES]
        if not any(found):
            continue
        counts = "/".join(str(len(each)) for each in found)
        for way, f1 in ways:
            scores = [[f1(chosen) for chosen in each] for each in found]
            # In the paper the base model is not adapted, and all others are.
            theirs = published if published and (way == "adapted") == (row != "base") else None
            theirs = [f"{f1:.2f}" for f1 in [*theirs, statistics.mean(theirs)]] if theirs else [""] * (len(LANGUAGES) + 1)
            print(f"| {title} | {way} | {counts} | {' | '.join(map(shown, scores))} | {mean(scores)} | {' | '.join(theirs)} |")
    print()
    print("| row | sentences | changed by adaptation |\n|---|---|---|")
    for row, title, _ in ROWS:
        each = [chosen["adapted"] for language in LANGUAGES for chosen in reports(runs, language, row)]
        if each:
            print(f"| {title} | {sum(one['sentences'] for one in each)} | {sum(one['changed'] for one in each)} |")
    print()


def table_6(runs):
    found = {language: runs / f"low-{language}" / "low-resource.json" for language in LANGUAGES}
    found = {language: json.loads(file.read_text())["rows"] for language, file in found.items() if file.exists()}
    if not found:
        return
    columns = " | ".join(found)
    print(f"| share | model | {columns} | published {columns} |\n|---|---|{'---:|' * (2 * len(found))}")
    first = next(iter(found.values()))
    for at, row in enumerate(first):
        scores = [[one["f1"] for one in rows[at]["scores"]] for rows in found.values()]
        theirs = dict(zip(LANGUAGES, FEW.get((row["share"], row["model"]), [])))
        theirs = " | ".join(f"{theirs[language]:.2f}" if language in theirs else "" for language in found)
        print(f"| {100 * row['share']:g} % | {row['model']} | {' | '.join(map(shown, scores))} | {theirs} |")


def main():
    runs = pathlib.Path(sys.argv[1])
    table_4(runs)
    table_6(runs)


if __name__ == "__main__":
    main()
