"""Fine-tuning against PyTorch, step by step: pip install torch transformers

    python3 tools/check/fine_tuning.py ENCODER COLUMNS [--sentences 64] [--steps 60] [--xner target/release/xner]

Takes the first sentences of a file of columns (word first, tag last) as one batch, and fine-tunes the encoder on it for so many steps,
embeddings and three bottom layers frozen, AdamW 2e-4, warm-up 0.05, clip 1, without dropout, so that nothing is drawn: once with `xner train`, once in
PyTorch from the same first weights. Prints the losses of both and the greatest difference.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = """model = "bert"
data = {{ train = "train.conll", dev = "train.conll" }}
bert = {{ encoder = "encoder", dropout = 0.0, length = 512, at_once = 1000000 }}
training = {{ epochs = {epochs}, least_steps = 0, batch = {batch}, optimiser.rate = {rate}, schedule.warmup = 0.05 }}
"""


def sentences(text, count):
    found = [[line.split() for line in block.splitlines()] for block in text.split("\n\n") if block.strip()]
    return [rows for rows in found if rows[0][0] != "-DOCSTART-"][:count]


def iob2(tags):
    """Every entity begins with a B."""
    before, found = "O", []
    for tag in tags:
        inside = tag[0] == "I" and before[0] != "O" and before[2:] == tag[2:]
        found.append(tag if tag == "O" or inside else "B" + tag[1:])
        before = tag
    return found


def ours(xner, folder, steps, rate, batch):
    (folder / "c.toml").write_text(CONFIG.format(epochs=steps, rate=rate, batch=batch))
    out = folder / f"model-{steps}"
    subprocess.run([xner, "train", "--quiet", "--config", folder / "c.toml", "--out", out], check=True,
                   stdout=subprocess.DEVNULL)
    return out, json.loads((out / "train-report.json").read_text())["losses"]


def theirs(first, corpus, steps):
    model = transformers.AutoModelForTokenClassification.from_pretrained(first)
    tokeniser = transformers.AutoTokenizer.from_pretrained(first)
    batch = tokeniser([[row[0] for row in rows] for rows in corpus], is_split_into_words=True, return_tensors="pt",
                      padding=True)
    labels = torch.full(batch["input_ids"].shape, -100)
    for at, rows in enumerate(corpus):
        tags, seen = iob2([row[-1] for row in rows]), set()
        for place, word in enumerate(batch.word_ids(at)):
            if word is not None and word not in seen:
                seen.add(word)
                labels[at, place] = model.config.label2id[tags[word]]
    frozen = ("bert.embeddings.", *(f"bert.encoder.layer.{layer}." for layer in range(3)))
    for name, weights in model.named_parameters():
        weights.requires_grad = not name.startswith(frozen)
    decayed = lambda name: not ("bias" in name or "LayerNorm" in name)
    trained = [(name, weights) for name, weights in model.named_parameters() if weights.requires_grad]
    groups = [{"params": [weights for name, weights in trained if decayed(name) == keep], "weight_decay": 0.01 * keep}
              for keep in (True, False)]
    optimiser = torch.optim.AdamW(groups, lr=2e-4, eps=1e-8)
    schedule = transformers.get_linear_schedule_with_warmup(optimiser, -(-steps // 20), steps)
    model.train()
    losses = []
    for _ in range(steps):
        loss = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels).loss
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
    return losses


def main():
    a = argparse.ArgumentParser()
    a.add_argument("encoder", type=pathlib.Path)
    a.add_argument("columns", type=pathlib.Path)
    a.add_argument("--sentences", type=int, default=64)
    a.add_argument("--steps", type=int, default=60)
    a.add_argument("--xner", default=str(ROOT / "target/release/xner"))
    args = a.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        corpus = sentences(args.columns.read_text(encoding="utf-8"), args.sentences)
        text = "\n\n".join("\n".join(" ".join(row) for row in rows) for rows in corpus)
        (folder / "train.conll").write_text(text + "\n", encoding="utf-8")
        (folder / "encoder").mkdir()
        for file in args.encoder.iterdir():
            if file.name != "config.json":
                (folder / "encoder" / file.name).symlink_to(file.resolve())
        config = json.loads((args.encoder / "config.json").read_text())
        config.update(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
        (folder / "encoder/config.json").write_text(json.dumps(config))
        # A rate that moves nothing: the first weights, the head's among them.
        first, _ = ours(args.xner, folder, 1, 1e-30, args.sentences)
        _, mine = ours(args.xner, folder, args.steps, 2e-4, args.sentences)
        other = theirs(first, corpus, args.steps)
    print("step  xner    PyTorch")
    for step, (one, two) in enumerate(zip(mine, other)):
        print(f"{step + 1:4}  {one:.4f}  {two:.4f}")
    print(f"greatest difference {max(abs(one - two) for one, two in zip(mine, other)):.1e}")


if __name__ == "__main__":
    sys.exit(main())
