#!/usr/bin/env python3
"""Writes the text that the model in the box learns from.

    python3 tools/data/built_in.py OPEN WIKIANN OUT

OPEN is a folder of open corpora, `uner/en/train.txt.xz` and so on (token, tab, tag in IOB2); WIKIANN a folder
`es/train.txt.xz` and so on, of which the tokens alone are read. OUT gets

    train.conll   labelled sentences of all languages, shuffled
    dev.conll     labelled sentences of the dev sides, by which weights are chosen
    raw.conll     sentences whose labels the teacher gives

Only train sides go to `train.conll` and `raw.conll`. Types are PER, LOC and ORG; any other becomes O. Big corpora are
sampled, and of sentences without entities a part is left out, so that no language has more than its share. Chinese is
there twice: in words and in characters, for raw text comes without words. One seed decides everything.
"""

import lzma
import random
import sys
from pathlib import Path

TYPES = {"PER", "LOC", "ORG"}
SEED = 1

# Corpus, most sentences, and the share that is kept of those without an entity.
TRAIN = [
    ("uner/en", 13000, 0.7),
    ("uner/da", 5000, 1.0),
    ("uner/hr", 7000, 1.0),
    ("uner/pt", 7100, 1.0),
    ("uner/sk", 5000, 0.6),
    ("uner/sr", 3400, 1.0),
    ("uner/sv", 2500, 0.6),
    ("uner/zh", 4000, 1.0),
    ("turku/fi", 9000, 0.6),
    ("il-ner/hi", 5500, 0.4),
    ("nerkor/hu", 8500, 0.6),
    ("norne/nb", 8500, 0.6),
    ("europeana/de", 4400, 0.6),
    ("europeana/nl", 3400, 0.6),
]
DEV = ["uner/en", "uner/da", "uner/hr", "uner/pt", "uner/zh", "uner/nb", "turku/fi", "nerkor/hu", "il-ner/hi"]
DEV_SENTENCES = 400
RAW = ["de", "es", "fr", "nl"]


def read(path):
    """The sentences of a file, each a list of (token, tag)."""
    sentences, now = [], []
    with lzma.open(path, "rt", encoding="utf8") as file:
        for row in file:
            row = row.rstrip("\n")
            if row:
                fields = row.split("\t")
                now.append((fields[0], known(fields[-1])))
            elif now:
                sentences.append(now)
                now = []
    return sentences + [now] if now else sentences


def known(tag):
    """The tag, or O where its type is not one of the model's."""
    return tag if tag[2:] in TYPES else "O"


def characters(sentence):
    """A Chinese sentence with a token for each character that is not ASCII."""
    found = []
    for token, tag in sentence:
        parts = [token] if token.isascii() else list(token)
        inside = "I" + tag[1:] if tag != "O" else "O"
        found += [(part, tag if at == 0 else inside) for at, part in enumerate(parts)]
    return found


def sample(sentences, most, empty, chance):
    """At most so many sentences, and a part of those without an entity."""
    kept = [s for s in sentences if any(tag != "O" for _, tag in s) or chance.random() < empty]
    chance.shuffle(kept)
    return kept[:most]


def write(path, sentences):
    with open(path, "w", encoding="utf8") as file:
        for sentence in sentences:
            file.writelines(f"{token}\t{tag}\n" for token, tag in sentence)
            file.write("\n")
    tokens = sum(map(len, sentences))
    print(f"{path}: {len(sentences)} sentences, {tokens} tokens")


def main(open_folder, wikiann, out):
    open_folder, wikiann, out = Path(open_folder), Path(wikiann), Path(out)
    out.mkdir(parents=True, exist_ok=True)
    chance = random.Random(SEED)
    train = []
    for corpus, most, empty in TRAIN:
        whole = open_folder / corpus / "all.txt.xz"
        path = whole if whole.exists() else open_folder / corpus / "train.txt.xz"
        some = sample(read(path), most, empty, chance)
        train += some
        if corpus.endswith("/zh"):
            train += [characters(sentence) for sentence in some]
    chance.shuffle(train)
    write(out / "train.conll", train)
    dev = []
    for corpus in DEV:
        dev += sample(read(open_folder / corpus / "dev.txt.xz"), DEV_SENTENCES, 1.0, chance)
    write(out / "dev.conll", dev)
    raw = []
    for language in RAW:
        raw += [[(token, "O") for token, _ in s] for s in read(wikiann / language / "train.txt.xz")]
    chance.shuffle(raw)
    write(out / "raw.conll", raw)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
