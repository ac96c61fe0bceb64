#!/usr/bin/env python3
"""Copies an encoder and gives its mask another vector: the mean of the subwords that names are made of.

    python3 tools/check/mask_row.py ENCODER CORPUS OUT

CORPUS is a file of columns with tags in the last. Counted are all subwords of its entity words, each as often as it comes; their
mean is brought to their mean length and takes the place of the mask's own vector. All else is copied as it is. Printed are the
subwords nearest to the mask's own vector, by cosine, beside which a pair drawn at random is a measure. What masking does
to a model that knows the mask for a name, beside what it does with the encoder's own, is the answer to whether the harm
comes from masking or from the vector. Needs numpy, safetensors and tokenizers.
"""

import json
import pathlib
import shutil
import sys

import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from columns import sentences

TABLE = "embeddings.word_embeddings.weight"
NEAREST, PAIRS = 8, 10_000


def cosine(a, b):
    return (a @ b) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    encoder, corpus, out = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    mask = json.loads((encoder / "tokenizer_config.json").read_text())["mask_token"]
    tokeniser = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    words = [columns[0] for sentence in sentences(corpus, None) for columns in sentence if columns[-1] != "O"]
    pieces = [piece for word in words for piece in tokeniser.encode(word, add_special_tokens=False).ids]
    tensors = load_file(encoder / "model.safetensors")
    name = next(name for name in tensors if name.endswith(TABLE))
    table = tensors[name] = np.array(tensors[name])
    rows = table[pieces].astype(np.float64)
    mean = rows.mean(axis=0)
    mean *= np.linalg.norm(rows, axis=1).mean() / np.linalg.norm(mean)
    mine = tokeniser.token_to_id(mask)
    old = table[mine].astype(np.float64)
    near = cosine(table.astype(np.float64), old)
    nearest = [at for at in np.argsort(-near) if at != mine][:NEAREST]
    print(f"nearest to {mask}: " + ", ".join(f"{tokeniser.id_to_token(int(at))!r} {near[at]:.2f}" for at in nearest))
    one, other = np.random.default_rng(1).integers(len(table), size=(2, PAIRS))
    pairs = [cosine(table[a].astype(np.float64), table[b].astype(np.float64)) for a, b in zip(one, other)]
    print(f"two subwords at random, mean: {np.mean(pairs):.2f}")
    print(f"{len(words)} words, {len(pieces)} subwords; cosine with them, mean: {mask} before {cosine(rows, old).mean():.2f}, now {cosine(rows, mean).mean():.2f}")
    table[mine] = mean
    out.mkdir(parents=True)
    for file in encoder.iterdir():
        if file.name != "model.safetensors":
            shutil.copy(file, out)
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    main()
