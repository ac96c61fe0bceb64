"""The tables of docs/src/results.md on TransAdv: our rows beside the published ones.

    python3 tools/transadv_table.py docs/measured/transadv.tsv

Reads what tools/measured.py wrote. F1 on whole test sets in percent, mean and sample deviation over seeds, for Spanish, Dutch and
German, weights chosen on source dev, and, where that makes a difference, on target dev (the last phase alone; those before it are
chosen on source dev). Published: tables 2 and 3, means of five runs, chosen on target dev. Then what each row has more than TransAdv of the same
language and seed, mean over all runs that both have, and TransAdv against TSL and mBERT-FT run by run.
"""
import statistics
import sys

from measured import read
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


INDUCED = "TransAdv, induced dictionary"


def runs(measured, pair, row):
    """{seed: its figures}"""
    return measured.get((f"{pair}-induced", "transadv") if row == "induced" else (pair, row), {})


def table(measured, figure):
    print("| row | runs | es | nl | de | mean | published es | nl | de | mean |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for row, title, published in [*ROWS, ("induced", INDUCED, None)]:
        scores = [[one[figure] for one in runs(measured, pair, row).values() if figure in one] for pair in PAIRS]
        if not any(scores):
            continue
        counts = "/".join(str(len(each)) for each in scores)
        mean = f"{100 * statistics.mean(statistics.mean(each) for each in scores):.2f}" if all(scores) else ""
        theirs = " | ".join(f"{f1:.2f}" for f1 in [*published, statistics.mean(published)]) if published else " |  |  | "
        print(f"| {title} | {counts} | {' | '.join(map(shown, scores))} | {mean} | {theirs} |")


def differences(measured):
    print("| row | runs | difference to TransAdv | above it |")
    print("|---|---:|---:|---:|")
    for row, title, _ in [*ROWS, ("induced", INDUCED, None)]:
        each = []
        for pair in PAIRS:
            own, whole = runs(measured, pair, row), runs(measured, pair, "transadv")
            each += [own[seed]["source-dev"] - whole[seed]["source-dev"] for seed in own if seed in whole]
        if each and row != "transadv":
            print(f"| {title} | {len(each)} | {shown(each)} | {sum(one > 0 for one in each)} |")


def significance(measured):
    print("| run | TransAdv | more than TSL | p | more than mBERT-FT | p |")
    print("|---|---:|---:|---:|---:|---:|")
    for pair in PAIRS:
        for seed, own in runs(measured, pair, "transadv").items():
            cells = []
            for row in ("tsl", "mbert-ft"):
                other = runs(measured, pair, row).get(seed)
                p = own.get(f"p-{row}")
                less = own["source-dev"] - other["source-dev"] if other else None
                cells += ["" if less is None else f"{100 * less:.2f}", "" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"]
            print(f"| {pair[3:]}, seed {seed} | {100 * own['source-dev']:.2f} | {' | '.join(cells)} |")


def main():
    measured = read(sys.argv[1])
    print("Weights chosen on source dev:\n")
    table(measured, "source-dev")
    if any(one.get("target-dev", one["source-dev"]) != one["source-dev"] for seeds in measured.values() for one in seeds.values()):
        print("\nWeights chosen on target dev, where that was kept:\n")
        table(measured, "target-dev")
    print()
    differences(measured)
    print()
    significance(measured)


if __name__ == "__main__":
    main()
