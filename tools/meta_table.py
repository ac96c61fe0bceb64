"""The tables of docs/src/results.md on meta-learning: our rows beside the published ones.

    python3 tools/meta_table.py docs/measured/meta.tsv [docs/measured/meta-masks.tsv]

Reads what tools/measured.py wrote; with the second file also rows with other masks. F1 in percent, mean and sample deviation over seeds, or of low resource over draws, as the
model is, and adapted to each sentence. Published: tables 4 and 6 of Wu et al. 2020, means of five runs.
"""
import statistics
import sys

from measured import read
from zero_resource_table import shown

LANGUAGES = ["es", "nl", "de", "fr"]
FEW = {(0.01, "base"): (76.83, 80.90, 73.22, 60.51), (0.01, "full"): (78.59, 82.72, 75.12, 61.71),
       (0.02, "base"): (77.28, 81.54, 74.31, 64.43), (0.02, "full"): (79.54, 83.07, 75.64, 65.79),
       (0.05, "base"): (78.74, 82.00, 75.48, 67.73), (0.05, "full"): (80.32, 83.72, 77.70, 69.19)}
ROWS = [("base", "base model", (74.59, 79.57, 70.79, 50.89)), ("longer", "base model, trained longer", None),
        ("no-max-loss-or-masking", "w/o max loss/masking", (75.33, 80.13, 71.49, 52.79)),
        ("no-masking", "w/o masking", (75.57, 80.38, 72.76, 54.29)),
        ("no-max-loss", "w/o max loss", (76.05, 79.50, 71.84, 52.64)), ("full", "full", (76.75, 80.44, 73.16, 55.30))]


# Rows that are compared run by run: what one has more than the other.
PAIRS = [("no-masking", "full", "without masking, with max loss"),
         ("no-max-loss-or-masking", "no-max-loss", "without masking, without max loss"),
         ("no-masking", "no-max-loss-or-masking", "max loss, without masking"), ("full", "no-max-loss", "max loss, with masking"),
         ("no-max-loss-or-masking", "longer", "tasks, beside training as long")]
MASKS = [("no-masking", "w/o masking"), ("full", "full"), ("mask-as-name", "full, `<mask>` as a name"),
         ("masked-as-released", "full, masked as in the program"), ("longer", "trained longer, no tasks"),
         ("plain", "trained longer, no tasks, masked")]
MASK_PAIRS = [("no-masking", "full", "without masking"), ("mask-as-name", "full", "`<mask>` as a name"),
              ("masked-as-released", "full", "masked as in the program"), ("plain", "longer", "masked, without tasks")]
WAYS = [("as it is", "source-dev"), ("adapted", "adapted")]


def mean(scores):
    return f"{100 * statistics.mean(statistics.mean(each) for each in scores):.2f}" if all(scores) else ""


def table_4(measured):
    columns = " | ".join(LANGUAGES)
    print(f"| row | | runs | {columns} | mean | published {columns} | mean |")
    print("|---|---|---" + "|---:" * (2 * len(LANGUAGES) + 2) + "|")
    for row, title, published in ROWS:
        found = [list(measured.get((f"en-{language}", row), {}).values()) for language in LANGUAGES]
        if not any(found):
            continue
        counts = "/".join(str(len(each)) for each in found)
        for way, figure in WAYS:
            scores = [[one[figure] for one in each] for each in found]
            # In the paper the base model is not adapted, and all others are.
            theirs = published if published and (way == "adapted") == (row != "base") else None
            theirs = [f"{f1:.2f}" for f1 in [*theirs, statistics.mean(theirs)]] if theirs else [""] * (len(LANGUAGES) + 1)
            print(f"| {title} | {way} | {counts} | {' | '.join(map(shown, scores))} | {mean(scores)} | {' | '.join(theirs)} |")
    print()


def differences(measured):
    """What adaptation gives, and what each adapted row has more than the base model as it is, over all languages and seeds."""
    print("| row | runs | by adaptation | runs it helps | adapted, less the base model | runs above it | sentences changed |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for row, title, _ in ROWS:
        gains, over, changed = [], [], []
        for language in LANGUAGES:
            base = measured.get((f"en-{language}", "base"), {})
            for seed, own in measured.get((f"en-{language}", row), {}).items():
                gains.append(own["adapted"] - own["source-dev"])
                over += [own["adapted"] - base[seed]["source-dev"]] if seed in base else []
                changed += [own["changed"] / own["sentences"]] if "changed" in own else []
        if gains:
            share = f"{100 * statistics.mean(changed):.1f} %" if changed else ""
            print(f"| {title} | {len(gains)} | {shown(gains)} | {sum(one > 0 for one in gains)} | {shown(over)} | "
                  f"{sum(one > 0 for one in over)} | {share} |")
    print()


def compared(measured, pairs):
    """What one row has more than another, of the same language and seed, as the model is and adapted."""
    print("| | runs | as it is | runs it helps | adapted | runs it helps |\n|---|---:|---:|---:|---:|---:|")
    for one, other, title in pairs:
        cells, runs = [], 0
        for _, figure in WAYS:
            more = [own[figure] - measured[f"en-{language}", other][seed][figure] for language in LANGUAGES
                    for seed, own in measured.get((f"en-{language}", one), {}).items()
                    if seed in measured.get((f"en-{language}", other), {})]
            runs = len(more)
            cells += [shown(more), str(sum(each > 0 for each in more))]
        print(f"| {title} | {runs} | {' | '.join(cells)} |")
    print()


def english(measured):
    """F1 on the source's development data, by seed: Spanish, Dutch and German have one model, French has another."""
    print("| row, English dev | en-es, seed by seed | en-fr |\n|---|---|---|")
    for row, title, _ in ROWS:
        own = [measured.get((pair, row), {}).values() for pair in ("en-es", "en-fr")]
        print(f"| {title} | " + " | ".join(", ".join(f"{100 * one['english-dev']:.1f}" for one in each) for each in own) + " |")
    print()


def masks(measured):
    languages = LANGUAGES[:3]
    print(f"| | | runs | {' | '.join(languages)} | mean |\n|---|---|---:|---:|---:|---:|---:|")
    for row, title in MASKS:
        for way, figure in WAYS:
            scores = [[one[figure] for one in measured.get((f"en-{language}", row), {}).values()] for language in languages]
            print(f"| {title} | {way} | {'/'.join(str(len(each)) for each in scores)} | {' | '.join(map(shown, scores))} | {mean(scores)} |")
    print()
    # Of the rows without other masks only what these are compared with.
    compared({key: seeds for key, seeds in measured.items() if key[0] != "en-fr"}, MASK_PAIRS)


def table_6(measured):
    languages = [language for language in LANGUAGES if any(pair == f"low-{language}" for pair, _ in measured)]
    if not languages:
        return
    columns = " | ".join(languages)
    print(f"| share | model | {columns} | published {columns} |\n|---|---|{'---:|' * (2 * len(languages))}")
    for (share, model), published in FEW.items():
        scores = [[one["f1"] for one in measured.get((f"low-{language}", f"{model} {share:g}"), {}).values()] for language in languages]
        theirs = [f"{dict(zip(LANGUAGES, published))[language]:.2f}" for language in languages]
        print(f"| {100 * share:g} % | {model} | {' | '.join(map(shown, scores))} | {' | '.join(theirs)} |")


def main():
    measured = read(sys.argv[1])
    table_4(measured)
    differences(measured)
    compared(measured, PAIRS)
    english(measured)
    if len(sys.argv) > 2:
        masks(measured | read(sys.argv[2]))
    table_6(measured)


if __name__ == "__main__":
    main()
