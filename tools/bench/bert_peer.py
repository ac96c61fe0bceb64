"""The encoder in PyTorch or ONNX Runtime, as a peer for speed: pip install torch transformers onnx onnxruntime

    python3 tools/bench/bert_peer.py make FOLDER [--kind bert]
    python3 tools/bench/bert_peer.py train|tag|onnx|onnx8 FOLDER --batch 32 --length 64 --threads 1 --rounds 5 --steps 10

`make` writes a random encoder of multilingual MiniLM's shape (12 layers of 384, 12 heads, 1,536 inside) with a
vocabulary of 5,000 words, of one of xner's kinds; ModernBERT's blocks have a gate and 1,024 inside, so that its
products are as many. Only BERT is exported too. `train` is a step of AdamW with clipping over a token classifier
whose embeddings are frozen; `tag` the encoder alone, as `transformers` runs it; `onnx` the same, exported, `onnx8` that
by `quantize_dynamic`. Prints a JSON line a round: milliseconds of process CPU time and of wall clock a step, and the
process's peak memory in MiB.
"""
import argparse
import json
import pathlib
import resource
import time


def sizes(kind):
    """The config of a kind, of one shape for all."""
    import transformers
    usual = dict(vocab_size=5000, hidden_size=384, num_hidden_layers=12, num_attention_heads=12, intermediate_size=1536,
                 pad_token_id=0)
    if kind == "bert":
        return transformers.BertConfig(**usual)
    if kind in ["roberta", "xlm-roberta"]:
        made = transformers.RobertaConfig if kind == "roberta" else transformers.XLMRobertaConfig
        return made(max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5, **usual)
    if kind == "electra":
        return transformers.ElectraConfig(embedding_size=128, **usual)
    if kind == "distilbert":
        sizes = dict(dim=384, n_layers=12, n_heads=12, hidden_dim=1536)
        return transformers.DistilBertConfig(vocab_size=5000, pad_token_id=0, **sizes)
    usual.update(intermediate_size=1024, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3)
    return transformers.ModernBertConfig(**usual)


def encoder(folder):
    """The encoder alone."""
    import transformers
    kind = transformers.AutoConfig.from_pretrained(folder).model_type
    pooled = dict(add_pooling_layer=False) if kind in ["bert", "roberta", "xlm-roberta"] else {}
    return transformers.AutoModel.from_pretrained(folder, **pooled).eval()


def make(folder, kind):
    import torch
    import transformers
    torch.manual_seed(1)
    folder.mkdir(parents=True, exist_ok=True)
    pooled = dict(add_pooling_layer=False) if kind in ["bert", "roberta", "xlm-roberta"] else {}
    transformers.MODEL_MAPPING[type(sizes(kind))](sizes(kind), **pooled).save_pretrained(folder)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [f"w{at}" for at in range(4995)]
    (folder / "vocab.txt").write_text("".join(word + "\n" for word in words))
    (folder / "tokenizer_config.json").write_text('{"do_lower_case": false}\n')
    if kind != "bert":
        return
    model = encoder(folder)

    class Plain(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = model

        def forward(self, ids, mask):
            return self.inner(input_ids=ids, attention_mask=mask).last_hidden_state

    ids = torch.ones(2, 8, dtype=torch.long)
    axes = {"ids": {0: "batch", 1: "length"}, "mask": {0: "batch", 1: "length"}, "out": {0: "batch", 1: "length"}}
    torch.onnx.export(Plain(), (ids, torch.ones_like(ids)), folder / "model.onnx", input_names=["ids", "mask"],
                      output_names=["out"], dynamic_axes=axes, opset_version=17, dynamo=False)


def worker(args):
    rng = __import__("random").Random(1)
    rows = [[[rng.randrange(100, 4100) for _ in range(args.length)] for _ in range(args.batch)] for _ in range(4)]
    if args.mode.startswith("onnx"):
        import numpy as np
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = args.threads
        options.inter_op_num_threads = 1
        model = args.folder / "model.onnx"
        if args.mode == "onnx8":
            whole, model = model, args.folder / "model-8bit.onnx"
            if not model.exists():
                from onnxruntime.quantization import quantize_dynamic
                quantize_dynamic(str(whole), str(model))
        session = onnxruntime.InferenceSession(str(model), options,
                                               providers=["CPUExecutionProvider"])
        ids = [np.array(batch, dtype=np.int64) for batch in rows]
        mask = np.ones_like(ids[0])
        return lambda n: session.run(None, {"ids": ids[n % 4], "mask": mask})
    import torch
    import transformers
    torch.set_num_threads(args.threads)
    ids = [torch.tensor(batch) for batch in rows]
    mask = torch.ones_like(ids[0])
    if args.mode == "tag":
        model = encoder(args.folder)

        def tag(n):
            with torch.inference_mode():
                return model(input_ids=ids[n % 4], attention_mask=mask).last_hidden_state
        return tag
    model = transformers.AutoModelForTokenClassification.from_pretrained(args.folder, num_labels=3).train()
    for part in ["embeddings", "embeddings_project"]:
        if hasattr(model.base_model, part):
            getattr(model.base_model, part).requires_grad_(False)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    plain = [weight for weight in trained if weight.dim() < 2]
    decayed = [weight for weight in trained if weight.dim() > 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}],
                                  lr=1e-5)
    gold = torch.zeros_like(ids[0])
    gold[:, 3], gold[:, 4] = 1, 2
    gold[:, 0] = gold[:, -1] = -100

    def train(n):
        optimiser.zero_grad()
        model(input_ids=ids[n % 4], attention_mask=mask, labels=gold).loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
    return train


def main():
    a = argparse.ArgumentParser()
    a.add_argument("mode", choices=["make", "train", "tag", "onnx", "onnx8"])
    a.add_argument("folder", type=pathlib.Path)
    kinds = ["bert", "roberta", "xlm-roberta", "distilbert", "electra", "modernbert"]
    a.add_argument("--kind", default="bert", choices=kinds)
    a.add_argument("--batch", type=int, default=32)
    a.add_argument("--length", type=int, default=64)
    a.add_argument("--threads", type=int, default=1)
    a.add_argument("--rounds", type=int, default=1)
    a.add_argument("--steps", type=int, default=4)
    args = a.parse_args()
    if args.mode == "make":
        return make(args.folder, args.kind)
    step = worker(args)
    for n in range(-(-args.steps // 4)):
        step(n)
    for _ in range(args.rounds):
        cpu, wall = time.process_time(), time.perf_counter()
        for n in range(args.steps):
            step(n)
        cpu, wall = (1e3 * (now - then) / args.steps
                     for now, then in [(time.process_time(), cpu), (time.perf_counter(), wall)])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"cpu_ms": round(cpu, 3), "wall_ms": round(wall, 3), "peak_mib": round(peak)}), flush=True)


if __name__ == "__main__":
    main()
