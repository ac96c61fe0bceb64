#!/usr/bin/env python3
"""Golden figures of conlleval for crates/xner-eval/tests/golden.rs.

Needs Perl and the script of the CoNLL shared tasks (conlleval, version 2004-01-26), which is not part of this
project: python3 tools/golden/conlleval.py PATH/TO/conlleval

The files that it scores are not stored. A small generator makes them from their number, here and, step for
step, in crates/xner-eval/tests/common/mod.rs. Stored are, for each, the first figures that the script prints, to
be read, and a hash of all that it prints, to the byte.

  python3 tools/golden/conlleval.py PATH/TO/conlleval --show 17    prints the script's output for file 17
"""

import json
import pathlib
import re
import subprocess
import sys

FILES = 240
OUT = pathlib.Path(__file__).resolve().parents[2] / "crates/xner-eval/tests/golden"
TYPES = ["PER", "LOC", "ORG", "MISC"]
# Tags beyond every scheme: other prefixes and letters, no type, hyphens, false to Perl, not ASCII.
WILD_PREFIXES = ["B", "I", "E", "S", "O", "[", "]", ".", "X", "", "b", "II", "é", "I", "B", "E"]
WILD_KINDS = ["-PER", "-PER", "-LOC", "-LOC", "-A-B", "-0", "-00", "--x", "-", "", "", "-é", "LOC", "-PER-"]
FLAVOURS = ["iob1", "iob2", "iobes", "mixed", "wild", "dense"]


class Lcg:
    """A linear congruential generator modulo 2^64, its upper 31 bits the output."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n


def entities_as_tags(random, flavour, length):
    """A well-formed sentence."""
    tags, last = [], None
    while len(tags) < length:
        if flavour != "dense" and random.below(2) == 0:
            tags.append("O")
            last = None
            continue
        kind = TYPES[random.below(4)]
        size = min(1 + random.below(4), length - len(tags))
        for at in range(size):
            if flavour == "iob1":
                prefix = "B" if at == 0 and last == kind else "I"
            elif flavour == "iobes":
                prefix = "S" if size == 1 else "B" if at == 0 else "E" if at + 1 == size else "I"
            else:
                prefix = "B" if at == 0 else "I"
            tags.append(prefix + "-" + kind)
        last = kind
    return tags


def any_tag(random, flavour):
    """A tag of the flavour, fitting or not."""
    if flavour == "wild":
        tag = WILD_PREFIXES[random.below(16)] + WILD_KINDS[random.below(14)]
        return tag or "O"
    prefixes = "BIO" if flavour in ("iob1", "iob2", "dense") else "BIESO"
    prefix = prefixes[random.below(len(prefixes))]
    return "O" if prefix == "O" else prefix + "-" + TYPES[random.below(4)]


def file(number):
    """The flavour of a file, and its sentences: lists of (gold, predicted)."""
    random = Lcg(number)
    flavour = FLAVOURS[number % 6]
    sentences = []
    for _ in range(1 + random.below(40)):
        length = 1 + random.below(25)
        if flavour in ("mixed", "wild"):
            gold = [any_tag(random, flavour) for _ in range(length)]
        else:
            gold = entities_as_tags(random, flavour, length)
        predicted = [any_tag(random, flavour) if random.below(10) == 0 else tag for tag in gold]
        sentences.append((gold, predicted))
    return flavour, sentences


def fnv(data):
    """The FNV-1a hash of bytes, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return f"{value:016x}"


def columns(sentences):
    rows = ("".join(f"w {g} {p}\n" for g, p in zip(*sentence)) + "\n" for sentence in sentences)
    return "".join(rows).encode()


def main():
    script = sys.argv[1]

    def conlleval(number):
        run = subprocess.run(["perl", script], input=columns(file(number)[1]), capture_output=True, check=True)
        assert not run.stderr, run.stderr
        return run.stdout

    if sys.argv[2:3] == ["--show"]:
        sys.stdout.buffer.write(conlleval(int(sys.argv[3])))
        return
    rows = []
    for number in range(FILES):
        output = conlleval(number)
        head = [int(figure) for figure in re.findall(rb"\d+", output.split(b"\n")[0])]
        rows.append([*head, re.search(rb"FB1: +([\d.]+)", output)[1].decode(), fnv(output)])
    text = ",\n".join(json.dumps(row) for row in rows)
    (OUT / "conlleval.json").write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    main()
