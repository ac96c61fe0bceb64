"""The open benchmark's table, languages in rows and methods in columns:

    python3 tools/open_table.py docs/measured/open.tsv

Reads what tools/measured.py wrote. F1 on whole test sets in percent, weights chosen on English dev: the mean over seeds
and, of several, its standard error; a star at the best of a language. Then the mean over the languages that all methods
have, the mean rank there, and what each method has more than fine-tuning, mean over languages with the standard error
over them. Below, the ablations: what each row of a consensus has more than fine-tuning and TSL over the languages that
both have, with the standard error over them, the languages where it is more, and the significance by Wilcoxon's signed
rank test, two-sided and exact; then each row's mean calibration error.
"""
import itertools
import math
import statistics
import sys

from measured import read

METHODS = [("mbert-ft", "fine-tuning"), ("tsl", "TSL"), ("unitrans", "UniTrans"), ("transadv", "TransAdv"),
           ("meta", "meta-learning"), ("consensus-untranslated", "consensus, untranslated"), ("consensus", "consensus")]


def error(values):
    return statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None


def shown(mean, own_error):
    return f"{mean:.2f}" + (f" ± {own_error:.2f}" if own_error is not None else "")


def wilcoxon(differences):
    """How likely ranks as far apart are by chance: over all signs of the differences that are not 0."""
    found = sorted((abs(one), one > 0) for one in differences if one != 0)
    ranks = [statistics.mean(1 + at for at, other in enumerate(found) if other[0] == size) for size, _ in found]
    own = sum(rank for rank, (_, more) in zip(ranks, found) if more)
    centre = sum(ranks) / 2
    signs = itertools.product((0, 1), repeat=len(ranks))
    far = [abs(sum(itertools.compress(ranks, sign)) - centre) >= abs(own - centre) - 1e-9 for sign in signs]
    return statistics.mean(far)


def ablations(measured, languages):
    """Every row beside fine-tuning and TSL."""
    rows = sorted({row for _, row in measured if row.startswith("consensus")})
    if not rows:
        return
    means = {(pair.split("-")[1], row): statistics.mean(100 * one["source-dev"] for one in seeds.values())
             for (pair, row), seeds in measured.items()}
    errors = {(pair.split("-")[1], row): statistics.mean(100 * one["calibration"] for one in seeds.values())
              for (pair, row), seeds in measured.items() if all("calibration" in one for one in seeds.values())}
    print("\n| row | languages | more than fine-tuning | more in | p | more than TSL | more in | p |"
          " calibration error |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for row in ["tsl", *rows]:
        cells = []
        for base in ("mbert-ft", "tsl"):
            both = [one for one in languages if (one, row) in means and (one, base) in means and row != base]
            more = [means[one, row] - means[one, base] for one in both]
            cells += [shown(statistics.mean(more), error(more)), f"{sum(one > 0 for one in more)} of {len(more)}",
                      f"{wilcoxon(more):.3f}"] if more else ["", "", ""]
        own = [value for (_, name), value in errors.items() if name == row]
        cells.append(f"{statistics.mean(own):.1f}" if own else "")
        print(f"| {row} | {sum((one, row) in means for one in languages)} | {' | '.join(cells)} |")


def main(path):
    measured = read(path)
    languages = sorted({pair.split("-")[1] for pair, _ in measured})
    scores = {}
    for language in languages:
        for method, _ in METHODS:
            seeds = measured.get((f"en-{language}", method), {})
            found = [100 * figures["source-dev"] for figures in seeds.values()]
            if found:
                scores[language, method] = found
    methods = [(key, title) for key, title in METHODS if any((language, key) in scores for language in languages)]
    means = {key: statistics.mean(found) for key, found in scores.items()}
    print("| language | " + " | ".join(title for _, title in methods) + " |")
    print("|---|" + "---:|" * len(methods))
    for language in languages:
        own = {key: means[language, key] for key, _ in methods if (language, key) in means}
        cells = []
        for key, _ in methods:
            text = shown(own[key], error(scores[language, key])) if key in own else ""
            cells.append(text + (" *" if key in own and len(own) > 1 and own[key] == max(own.values()) else ""))
        print(f"| {language} | {' | '.join(cells)} |")
    tail(languages, methods, means, scores)
    ablations(measured, languages)


def tail(languages, methods, means, scores):
    """The lines below the table."""
    whole = [language for language in languages if all((language, key) in means for key, _ in methods)]
    if not whole:
        return
    columns = {key: [means[language, key] for language in whole] for key, _ in methods}
    cells = (f"{statistics.mean(columns[key]):.2f}" for key, _ in methods)
    print(f"| mean of {len(whole)} | " + " | ".join(cells) + " |")

    def rank(language, key):
        return 1 + sum(means[language, other] > means[language, key] for other, _ in methods)

    ranks = (statistics.mean(rank(language, key) for language in whole) for key, _ in methods)
    print("| mean rank | " + " | ".join(f"{own:.1f}" for own in ranks) + " |")
    base = methods[0][0]
    more = {key: [own - other for own, other in zip(columns[key], columns[base])] for key, _ in methods[1:]}
    cells = ["", *(shown(statistics.mean(found), error(found)) for found in more.values())]
    print(f"| more than {methods[0][1]} | " + " | ".join(cells) + " |")
    print("| runs | " + " | ".join(
        str(sum(len(scores.get((language, key), [])) for language in languages)) for key, _ in methods) + " |")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
