#!/usr/bin/env python3
"""Writes the text of the open benchmark: English labels, raw text, tests and dictionaries of eleven languages.

    python3 tools/data/open.py OPEN DICT OUT

OPEN is a folder of open corpora, `uner/en/train.txt.xz` and so on (token, tab, tag in IOB2); DICT one of dictionaries,
`en-da.txt.xz` and so on (English word, tab, word). OUT gets

    en/train.conll  en/dev.conll  en/test.conll     labelled English
    LANGUAGE/raw.conll                              the train side, its labels left out
    LANGUAGE/test.conll                             labelled, to be scored; the dev side where there is no test side
    LANGUAGE/dictionary.txt                         none for Slovak

Types are PER, LOC and ORG; any other becomes O. Serbian and Croatian have one dictionary, of which the Latin words are
kept, as the corpora are written.
"""
import lzma
import sys
from pathlib import Path

TYPES = {"PER", "LOC", "ORG"}
# Language: corpus of the raw text, corpus and side of the test, dictionary.
LANGUAGES = {
    "da": ("uner/da", "uner/da/test", "da"),
    "fi": ("turku/fi", "turku/fi/test", "fi"),
    "hi": ("il-ner/hi", "il-ner/hi/dev", "hi"),
    "hr": ("uner/hr", "uner/hr/test", "sh"),
    "hu": ("nerkor/hu", "nerkor/hu/dev", "hu"),
    "nb": ("norne/nb", "uner/nb/dev", "no"),
    "pt": ("uner/pt", "uner/pt/test", "pt"),
    "sk": ("uner/sk", "uner/sk/dev", None),
    "sr": ("uner/sr", "uner/sr/dev", "sh"),
    "sv": ("uner/sv", "uner/sv/dev", "sv"),
    "zh": ("uner/zh", "uner/zh/test", "zh"),
}


def lines(path):
    with lzma.open(path, "rt", encoding="utf8") as file:
        for line in file:
            yield line.rstrip("\n")


def corpus(path, out, raw=False):
    """Copies a corpus; without labels where it is raw."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with open(out, "w", encoding="utf8") as file:
        for line in lines(path):
            token, *_, tag = line.split("\t") if line else ("", "")
            kept = tag if tag[2:] in TYPES and not raw else "O"
            file.write(f"{token}\t{kept}\n" if line else "\n")


def dictionary(path, out, latin):
    with open(out, "w", encoding="utf8") as file:
        for line in lines(path):
            word = line.split("\t")[1]
            if not latin or not any("\u0400" <= letter <= "\u04ff" for letter in word):
                file.write(line + "\n")


def main(corpora, dictionaries, out):
    corpora, dictionaries, out = Path(corpora), Path(dictionaries), Path(out)
    for side in ("train", "dev", "test"):
        corpus(corpora / f"uner/en/{side}.txt.xz", out / f"en/{side}.conll")
    for language, (raw, test, words) in LANGUAGES.items():
        corpus(corpora / raw / "train.txt.xz", out / language / "raw.conll", raw=True)
        corpus(corpora / f"{test}.txt.xz", out / language / "test.conll")
        if words:
            dictionary(dictionaries / f"en-{words}.txt.xz", out / language / "dictionary.txt", words == "sh")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
