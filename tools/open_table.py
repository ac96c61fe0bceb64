"""The open benchmark's table, languages in rows and methods in columns:

    python3 tools/open_table.py docs/measured/open.tsv

Reads what tools/measured.py wrote. F1 on whole test sets in percent, weights chosen on English dev: the mean over seeds
and, of several, its standard error; a star at the best of a language. Then the mean over the languages that all methods
have, the mean rank there, and what each method has more than fine-tuning, mean over languages with the standard error
over them.
"""
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
