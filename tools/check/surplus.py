#!/usr/bin/env python3
"""What the entities are that a tagger finds too many of.

    python3 tools/check/surplus.py GOLD PREDICTED...

All are files of columns with tags in the last, with the same sentences. For each of PREDICTED is printed, for 100 entities of GOLD, how
many it has that are right, that have the right words and another type, that share some words with one of GOLD, and that share
none; and how many of GOLD's share no word with any of its own.
"""

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
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    gold = sentences(sys.argv[1], None)
    for path in sys.argv[2:]:
        own = sentences(path, None)
        if [len(one) for one in own] != [len(one) for one in gold]:
            sys.exit(f"{path} has not the sentences of {sys.argv[1]}")
        right = kind = border = none = missed = count = 0
        for true, said in zip(map(entities, gold), map(entities, own)):
            count += len(true)
            missed += sum(apart(one, said) for one in true)
            for one in said:
                if one in true:
                    right += 1
                elif one[:2] in [other[:2] for other in true]:
                    kind += 1
                elif apart(one, true):
                    none += 1
                else:
                    border += 1
        shares = [f"{100 * number / count:.1f}" for number in (right, kind, border, none, missed)]
        print("{}: right {}, another type {}, other borders {}, where there is none {}; not found {}".format(path, *shares))


if __name__ == "__main__":
    main()
