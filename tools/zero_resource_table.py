"""The tables of docs/src/results.md on zero-resource transfer: our rows beside the published ones.

    python3 tools/zero_resource_table.py docs/measured/zero-resource.tsv

Reads what tools/measured.py wrote. F1 on whole test sets in percent, mean and sample deviation over seeds; gains of
Cross-Augmented over its own base, run by run, with their standard error. Published: Bari et al. 2020, tables 2 to 4
(five runs each), and Xie et al. 2018 (BWET).
"""
import math
import statistics
import sys

from measured import read

PAIRS = [("en-es", "Spanish"), ("en-nl", "Dutch"), ("en-de", "German"), ("en-fi", "Finnish"), ("en-ar", "Arabic")]
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
    "en-ar": {"cross-word-no-characters": ("24.79 ± 0.65", "29.81 ± 1.01"),
              "cross-word": ("11.84 ± 3.69", "21.39 ± 1.85"),
              "cross-shared-no-characters": ("23.32 ± 0.76", "28.28 ± 1.61"),
              "cross-augmented": ("27.12 ± 3.00", "36.91 ± 2.74"), "supervised": ("", "75.49 ± 0.53")},
}
# The base of Cross-Augmented, and its published gain by source dev and by target dev.
GAINS = {"en-es": ("cross-shared", 0.39, 1.54), "en-nl": ("cross-shared", 0.58, 3.59),
         "en-de": ("cross-shared-no-characters", 3.25, 6.33), "en-fi": ("cross-shared", 1.33, 5.73),
         "en-ar": ("cross-word-no-characters", 2.33, 7.10)}
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


def scores(measured, pair, row):
    """The test F1 of each seed, of the weights that are best on source dev, and on target dev."""
    seeds = measured.get((pair, row), {})
    # Where target dev chose the base too, that is the paper's second column.
    own = measured.get((pair, f"{row}-target-dev"), seeds)
    columns = [(seeds, "source-dev"), (own, "target-dev")]
    return [{seed: figures[name] for seed, figures in part.items() if name in figures} for part, name in columns]


def gain(ours, base):
    """The mean of what one has more than the other, seed by seed, with its standard error."""
    more = [100 * (ours[seed] - base[seed]) for seed in ours if seed in base]
    if not more:
        return ""
    error = f" ± {statistics.stdev(more) / math.sqrt(len(more)):.2f}" if len(more) > 1 else ""
    return f"{statistics.mean(more):+.2f}{error}"


def main():
    measured = read(sys.argv[1])
    for pair, name in PAIRS:
        print(f"**English to {name}**\n")
        print("| row | runs | source dev | target dev | published, source dev | published, target dev |")
        print("|---|---:|---:|---:|---:|---:|")
        for row, title in ROWS:
            by_source, by_target = scores(measured, pair, row)
            count = max(len(by_source), len(by_target))
            if count:
                theirs = PUBLISHED[pair].get(row, ("", ""))
                ours = [shown(list(column.values())) for column in (by_source, by_target)]
                print(f"| {title} | {count} | {ours[0]} | {ours[1]} | {theirs[0]} | {theirs[1]} |")
        print()
    print("| gain of Cross-Augmented over its base | runs | source dev | target dev | published | published |")
    print("|---|---:|---:|---:|---:|---:|")
    for pair, name in PAIRS:
        base, *theirs = GAINS[pair]
        ours = scores(measured, pair, "cross-augmented")
        found = [gain(*both) for both in zip(ours, scores(measured, pair, base))]
        if found[0]:
            print(f"| {name} | {len(ours[0])} | {found[0]} | {found[1]} | {theirs[0]:+.2f} | {theirs[1]:+.2f} |")


if __name__ == "__main__":
    main()
