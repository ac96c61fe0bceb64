"""Word vectors distilled from a multilingual encoder: what an encoder makes of each word alone.

    python3 tools/data/distil.py data/e5 data/vectors/distilled/es.vec data/corpora/conll2002/es/*.txt

The 30,000 most frequent words of the texts (columns, the token first; or any text between blanks with `--all`), each by itself
through the encoder: the mean of the last states of its subwords. Less their mean, turned to the language's own 300 principal
directions, so that two languages lie apart and a mapping has something to learn. The geometry is still one encoder's: mapping
such vectors is easier than mapping those of two programs. `pip install numpy torch transformers`.
"""
import argparse
import collections

import numpy
import torch
import transformers


def words(files, every, limit):
    counts = collections.Counter()
    for file in files:
        with open(file, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                counts.update(line.split() if every else line.split()[:1])
    return [word for word, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:limit]]


@torch.no_grad()
def states(folder, chosen, longest=64):
    """The words that have subwords, and the mean state of each."""
    tokeniser = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    lengths = collections.defaultdict(list)
    for at, ids in enumerate(tokeniser(chosen)["input_ids"]):
        if 2 < len(ids) <= longest:
            lengths[len(ids)].append((at, ids))
    found = {}
    for same in lengths.values():
        for begin in range(0, len(same), 256):
            part = same[begin:begin + 256]
            last = model(torch.tensor([ids for _, ids in part])).last_hidden_state
            found.update(zip((at for at, _ in part), last[:, 1:-1].mean(1).numpy()))
    order = sorted(found)
    return [chosen[at] for at in order], numpy.stack([found[at] for at in order])


def turned(vectors, dim):
    """Less their mean, by the principal directions, greatest first."""
    centred = vectors.astype("f8") - vectors.mean(axis=0)
    _, directions = numpy.linalg.eigh(centred.T @ centred)
    return centred @ directions[:, ::-1][:, :dim]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("encoder")
    arguments.add_argument("out")
    arguments.add_argument("text", nargs="+")
    arguments.add_argument("--all", action="store_true", help="all words of a line, not the first alone")
    arguments.add_argument("--limit", type=int, default=30000)
    arguments.add_argument("--dim", type=int, default=300)
    given = arguments.parse_args()
    names, vectors = states(given.encoder, words(given.text, given.all, given.limit))
    vectors = turned(vectors, given.dim)
    with open(given.out, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"{len(names)} {vectors.shape[1]}\n")
        for name, vector in zip(names, vectors):
            file.write(f"{name} {' '.join(f'{x:.5g}' for x in vector)}\n")
    print(f"{given.out}: {len(names)} words, {vectors.shape[1]} dimensions")


if __name__ == "__main__":
    main()
