"""Golden models of fastText and gensim, with the vectors they give: pip install fasttext-numpy2-wheel gensim

    python3 tools/golden/fasttext/make.py crates/xner-embed/tests/golden/fasttext

Models of the few sentences below: skip-grams with subwords (`skipgram.bin`), continuous bags of words without
(`words.bin`), a classifier, quantised with norms and pruned (`pruned.ftz`) or without both (`quantised.ftz`), and
writes the first's words as word2vec's binary format (`word2vec.bin`). gensim must agree with fastText on
`skipgram.bin`. `vectors.json` holds fastText's vectors of known and of unseen words.
"""
import json
import os
import sys
import tempfile

import fasttext
import numpy as np
from gensim.models import KeyedVectors
from gensim.models.fasttext import load_facebook_model

TEXT = """
the river is long and the river is cold
a long cold winter by the river
joki on pitkä ja kylmä, talvi on pitkä
талая вода в реке, холодная вода
川は長い そして 川は冷たい
der Fluß ist lang 🌊 und der Fluß ist kalt 🌊
the winter is cold and long and cold 🌊
"""
UNSEEN = [
    "rivers", "r", "", "pitkästä", "Fluß", "Flüsse", "холод", "川", "冷たい川", "🌊🌊", "é", "<river>", "</s>", "a b",
    "unseen-" * 5, "ﬀ\u0301", "\u00a0",
]


def vectors(model, words):
    return {word: [float(str(x)) for x in model.get_word_vector(word)] for word in words}


def with_numbers(model):
    """The model with numbers from a seed: fastText's own are not the same in two runs, and not all set where the
    matrix is small (ten threads, each a tenth)."""
    rng = np.random.default_rng(7)
    model.set_matrices(*(rng.normal(size=matrix.shape).astype(np.float32)
                         for matrix in (model.get_input_matrix(), model.get_output_matrix())))
    return model


def main(folder):
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        text, labelled = os.path.join(scratch, "text"), os.path.join(scratch, "labelled")
        with open(text, "w", encoding="utf-8") as out:
            out.write(TEXT * 3)
        with open(labelled, "w", encoding="utf-8") as out:
            for at, line in enumerate(TEXT.strip().split("\n")):
                out.write(f"__label__{at % 2} {line}\n" * 3)
        found = {}

        def keep(name, model):
            path = os.path.join(folder, name)
            model.save_model(path)
            model = fasttext.load_model(path)
            known = model.get_words()
            found[name] = {"words": known, "vectors": vectors(model, known + UNSEEN)}
            print(name, os.path.getsize(path), "bytes,", len(known), "words")

        common = dict(thread=10, verbose=0, dim=4, epoch=1, lr=1e-6)
        keep("skipgram.bin", with_numbers(fasttext.train_unsupervised(
            text, model="skipgram", minCount=3, bucket=49, minn=2, maxn=4, **common)))
        keep("words.bin", with_numbers(fasttext.train_unsupervised(
            text, model="cbow", minCount=6, maxn=0, **common)))
        # At least 256 rows, which quantising wants; 5 numbers in parts of 2, so that the last part is shorter.
        common = {**common, "dim": 5}
        for name, options in [
            ("quantised.ftz", dict(qnorm=False)),
            ("pruned.ftz", dict(qnorm=True, cutoff=260)),
        ]:
            model = with_numbers(fasttext.train_supervised(
                labelled, bucket=401, minn=2, maxn=3, wordNgrams=2, **common))
            model.quantize(input=labelled, retrain=False, dsub=2, **options)
            keep(name, model)

    path = os.path.join(folder, "skipgram.bin")
    other = load_facebook_model(path).wv
    for word, vector in found["skipgram.bin"]["vectors"].items():
        if word and word != "</s>":  # gensim gives the mark of a sentence's end n-grams, and refuses the empty word
            assert np.allclose(other[word], vector, atol=1e-6), (word, other[word], vector)

    vectors_ = KeyedVectors(4)
    words = found["skipgram.bin"]["words"]
    vectors_.add_vectors(words, np.array([found["skipgram.bin"]["vectors"][word] for word in words], np.float32))
    vectors_.save_word2vec_format(os.path.join(folder, "word2vec.bin"), binary=True, sort_attr=None)
    with open(os.path.join(folder, "vectors.json"), "w", encoding="utf-8") as out:
        parts = []
        for name, model in found.items():
            rows = ",\n".join(f"{json.dumps(w, ensure_ascii=False)}: {v}" for w, v in model["vectors"].items())
            parts.append(f'"{name}": {{"words": {json.dumps(model["words"], ensure_ascii=False)}, "vectors": {{\n{rows}\n}}}}')
        out.write("{" + ",\n".join(parts) + "}\n")


if __name__ == "__main__":
    main(sys.argv[1])
