#!/usr/bin/env python3
"""What the entities are that a tagger finds too many of.

    python3 tools/check/surplus.py GOLD PREDICTED... [--words N]

All are files of columns with tags in the last, with the same sentences. For each of PREDICTED is printed, for 100 entities of GOLD, how
many it has that are right, that have the right words and another type, that share some words with one of GOLD, and that share
none; and how many of GOLD's share no word with any of its own. With --words also what the N most frequent of those that share none
are called, in lower case, and how many times each is there.
"""

import argparse
from collections import Counter
import sys

from columns import sentences


def entities(sentence):
    """First word, end, type of each, as conlleval reads tags."""
    found, before = [], "O"
    for at, columns in enumerate([*sentence, ["O"]]):
        tag = columns[-1]
        kind, last = tag[2:], before[2:]
        if before != "O" and (tag == "O" or tag[0] == "B" or kind != last):
            found[-1][1] = at
        if tag != "O" and (before == "O" or tag[0] == "B" or kind != last):
            found.append([at, at, kind])
        before = tag
    return [tuple(one) for one in found]


def apart(one, others):
    return all(one[1] <= other[0] or other[1] <= one[0] for other in others)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold")
    parser.add_argument("predicted", nargs="+")
    parser.add_argument("--words", type=int, default=0)
    args = parser.parse_args()
    gold = sentences(args.gold, None)
    for path in args.predicted:
        own = sentences(path, None)
        if [len(one) for one in own] != [len(one) for one in gold]:
            sys.exit(f"{path} has not the sentences of {args.gold}")
        right = kind = border = missed = count = 0
        names = Counter()
        for words, true, said in zip(gold, map(entities, gold), map(entities, own)):
            count += len(true)
            missed += sum(apart(one, said) for one in true)
            for one in said:
                if one in true:
                    right += 1
                elif one[:2] in [other[:2] for other in true]:
                    kind += 1
                elif apart(one, true):
                    names[" ".join(columns[0] for columns in words[one[0]:one[1]]).lower()] += 1
                else:
                    border += 1
        shares = [f"{100 * number / count:.1f}" for number in (right, kind, border, names.total(), missed)]
        print("{}: right {}, another type {}, other borders {}, where there is none {}; not found {}".format(path, *shares))
        if args.words:
            print("  " + ", ".join(f"{name} {times}" for name, times in names.most_common(args.words)))


if __name__ == "__main__":
    main()
