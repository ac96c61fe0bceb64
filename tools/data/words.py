"""Words that a text lacks, each as a sentence of one word, in columns: what `xner vectors distil` then reads by
themselves.

    python3 tools/data/words.py TEXT COLUMNS... > OUT

TEXT and COLUMNS have a token first in each line. Word lists give the vectors of an encoder the reach that pretrained
vectors have: no sentence and no label of COLUMNS is read.
"""
import sys


def tokens(path):
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            parts = line.split()
            if parts and parts[0] != "-DOCSTART-":
                yield parts[0]


known = set(tokens(sys.argv[1]))
for path in sys.argv[2:]:
    for word in tokens(path):
        if word not in known:
            known.add(word)
            print(f"{word}\tO\n")
