"""Models that go from xner to transformers and back: pip install torch transformers

    python3 tools/check/transformers_roundtrip.py ours MODEL COLUMNS [--xner target/release/xner]
    python3 tools/check/transformers_roundtrip.py theirs [--kind bert] [--xner target/release/xner]
    python3 tools/check/transformers_roundtrip.py both [--kind bert] [--xner target/release/xner]

`ours` opens a model directory that xner wrote with `AutoModelForTokenClassification` and `AutoTokenizer`, tags a
file of columns (the first is the word, an empty line ends a sentence) by the most probable tag of each word's first
subword, and compares with `xner tag --decode argmax`, token by token; xner writes entities, so an I that begins one
is a B there. `theirs` fine-tunes a tiny random encoder in PyTorch on the built-in sample, saves it with
`save_pretrained`, and compares the same. `both` does that, then fine-tunes what PyTorch saved by `xner train`, and
compares the directory that it writes as `ours` does. The sample has 300 sentences. Sentences of more than one window
are left out of the comparison, and counted: only xner cuts them. Prints JSON; exits with 1 where a tag differs.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[2]


def columns(text):
    """Sentences of rows of fields; white space parts fields."""
    sentences, rows = [], []
    for line in text.splitlines() + [""]:
        if line.strip():
            rows.append(line.split())
        elif rows:
            sentences.append(rows)
            rows = []
    return [rows for rows in sentences if rows[0][0] != "-DOCSTART-"]


def tag(model, tokeniser, sentences, length, batch=16):
    """The most probable tag of each word; none for a sentence of more than `length` subwords."""
    names, found = model.config.id2label, [None] * len(sentences)
    pad = tokeniser.pad_token_id
    rows = []
    for at, sentence in enumerate(sentences):
        read = tokeniser(sentence, is_split_into_words=True)
        if len(read["input_ids"]) <= length:
            rows.append((at, read["input_ids"], read.word_ids()))
    rows.sort(key=lambda row: len(row[1]))
    with torch.inference_mode():
        for start in range(0, len(rows), batch):
            part = rows[start:start + batch]
            longest = max(len(ids) for _, ids, _ in part)
            ids = torch.tensor([ids + [pad] * (longest - len(ids)) for _, ids, _ in part])
            mask = torch.tensor([[1] * len(ids) + [0] * (longest - len(ids)) for _, ids, _ in part])
            scores = model(input_ids=ids, attention_mask=mask).logits
            for (at, _, words), scores in zip(part, scores):
                tags = ["O"] * len(sentences[at])
                margins = [float("inf")] * len(tags)
                for place, word in enumerate(words):
                    if word is not None and (place == 0 or words[place - 1] != word):
                        tags[word] = names[int(scores[place].argmax())]
                        best = scores[place].topk(2).values
                        margins[word] = float(best[0] - best[1])
                found[at] = (tags, margins)
    return found


def written(tags):
    """As xner writes entities: an I without an entity of its type before it begins one."""
    made = []
    for tag in tags:
        inside = made and tag[:2] == "I-" and made[-1][2:] == tag[2:]
        made.append(tag if tag == "O" or inside else "B-" + tag[2:])
    return made


def compare(folder, text, xner, length):
    sentences = [[row[0] for row in rows] for rows in columns(text)]
    with tempfile.TemporaryDirectory() as scratch:
        given, made = pathlib.Path(scratch) / "given.conll", pathlib.Path(scratch) / "made.conll"
        given.write_text("".join("".join(f"{word} O\n" for word in words) + "\n" for words in sentences))
        subprocess.run([xner, "tag", "--quiet", "--model", str(folder), "--input", str(given), "--format", "conll", "--output",
                        str(made), "--decode", "argmax"], check=True)
        ours = [[row[-1] for row in rows] for rows in columns(made.read_text())]
    assert [len(tags) for tags in ours] == [len(words) for words in sentences], "as many tags as words"
    model = transformers.AutoModelForTokenClassification.from_pretrained(folder).eval()
    theirs = tag(model, transformers.AutoTokenizer.from_pretrained(folder), sentences, length)
    report = {"sentences": len(sentences), "left out": 0, "tokens": 0, "entities' tokens": 0, "begun by I": 0, "different": 0,
              "where": []}
    for words, ours, theirs in zip(sentences, ours, theirs):
        if theirs is None:
            report["left out"] += 1
            continue
        as_written = written(theirs[0])
        report["begun by I"] += sum(a != b for a, b in zip(as_written, theirs[0]))
        for word, a, b, margin in zip(words, ours, as_written, theirs[1]):
            report["tokens"] += 1
            report["entities' tokens"] += b != "O"
            if a != b:
                report["different"] += 1
                report["where"].append({"word": word, "xner": a, "transformers": b, "margin": margin})
    print(json.dumps(report, ensure_ascii=False, indent=1))
    return report["different"]


def sample():
    """English sentences of the built-in sample, whose entities stand in brackets with their type behind."""
    text = subprocess.run(["cargo", "run", "--release", "--quiet", "-p", "xner-sample", "--example", "print", "--", "1", "300"],
                          cwd=ROOT, check=True, capture_output=True, text=True).stdout
    sentences = []
    for line in text.split("== ")[1].splitlines()[1:-1]:
        rows = []
        for name, kind, other in re.findall(r"\[([^]]*)\]([A-Z]+)|([^[]+)", line):
            words = re.findall(r"\w+|[^\w\s]", name or other)
            rows += [[word, f"{'I' if at else 'B'}-{kind}" if name else "O"] for at, word in enumerate(words)]
        sentences.append(rows)
    return sentences


def tiny(kind, pieces, names):
    """A token classifier with random weights."""
    usual = dict(vocab_size=pieces, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
                 pad_token_id=0, max_position_embeddings=201, id2label=dict(enumerate(names)),
                 label2id={name: at for at, name in enumerate(names)})
    if kind == "electra":
        usual["embedding_size"] = 16
    if kind == "distilbert":
        for ours, theirs in [("hidden_size", "dim"), ("num_hidden_layers", "n_layers"),
                             ("num_attention_heads", "n_heads"), ("intermediate_size", "hidden_dim")]:
            usual[theirs] = usual.pop(ours)
    if kind == "modernbert":
        usual.update(num_hidden_layers=4, local_attention=8, bos_token_id=2, eos_token_id=3, cls_token_id=2,
                     sep_token_id=3)
    config = transformers.AutoConfig.for_model(kind, **usual)
    return config, transformers.AutoModelForTokenClassification.from_config(config)


def fine_tuned(folder, kind):
    """A tiny random encoder, taught a little of the sample; returns a text to tag."""
    sentences = sample()
    names = sorted({row[-1] for rows in sentences for row in rows}, key=lambda name: (name != "O", name[1:], name))
    letters = sorted({letter for rows in sentences for row in rows for letter in row[0]})
    counts = {}
    for rows in sentences:
        for row in rows:
            counts[row[0]] = counts.get(row[0], 0) + 1
    # Frequent words, and letters to put the others together from.
    frequent = sorted(word for word, count in counts.items() if count > 2 and len(word) > 1)
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *("##" + letter for letter in letters), *frequent]
    (folder / "vocab.txt").write_text("".join(piece + "\n" for piece in pieces))
    tokeniser = transformers.BertTokenizerFast(vocab=str(folder / "vocab.txt"), do_lower_case=False)
    torch.manual_seed(1)
    config, model = tiny(kind, len(pieces), names)
    model.train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for step in range(60):
        part = [sentences[(step * 16 + at) % len(sentences)] for at in range(16)]
        read = tokeniser([[row[0] for row in rows] for rows in part], is_split_into_words=True, padding=True, return_tensors="pt")
        gold = torch.full(read["input_ids"].shape, -100)
        for at, rows in enumerate(part):
            words = read.word_ids(at)
            for place, word in enumerate(words):
                if word is not None and words[place - 1] != word:
                    gold[at, place] = config.label2id[rows[word][-1]]
        optimiser.zero_grad()
        model(input_ids=read["input_ids"], attention_mask=read["attention_mask"], labels=gold).loss.backward()
        optimiser.step()
    model.save_pretrained(folder)
    tokeniser.save_pretrained(folder)
    return "\n".join("".join(f"{row[0]} {row[-1]}\n" for row in rows) for rows in sentences)


def tuned_by_xner(folder, text, xner):
    """The directory that `xner train` writes when it goes on from this one."""
    train = folder / "train.conll"
    train.write_text(text)
    config = folder / "train.toml"
    config.write_text(f'model = "bert"\ndata = {{ train = "{train}", dev = "{train}" }}\n'
                      f'bert = {{ encoder = "{folder}", freeze_layers = 0 }}\n'
                      "training = { epochs = 2, least_steps = 0, batch = 16, optimiser.rate = 1e-3 }\n")
    subprocess.run([xner, "train", "--quiet", "--config", str(config), "--out", str(folder / "xner")], check=True,
                   capture_output=True)
    return folder / "xner"


def main():
    a = argparse.ArgumentParser()
    a.add_argument("way", choices=["ours", "theirs", "both"])
    a.add_argument("model", nargs="?", type=pathlib.Path)
    a.add_argument("columns", nargs="?", type=pathlib.Path)
    a.add_argument("--kind", default="bert")
    a.add_argument("--xner", default=str(ROOT / "target/release/xner"))
    args = a.parse_args()
    if args.way == "ours":
        if not args.model or not args.columns:
            a.error("ours wants a model and a file of columns")
        keys = json.loads((args.model / "config.json").read_text())["xner"]
        return compare(args.model, args.columns.read_text(), args.xner, keys["length"])
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        text = fine_tuned(folder, args.kind)
        different = compare(folder, text, args.xner, 128)
        if args.way == "both":
            made = tuned_by_xner(folder, text, args.xner)
            length = json.loads((made / "config.json").read_text())["xner"]["length"]
            different += compare(made, text, args.xner, length)
        return different


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
