"""Golden states, losses and gradients of transformers' encoders: pip install torch transformers

    python3 tools/golden/bert.py tiny crates/xner-tagger/tests/golden/bert [KIND ...]
    python3 tools/golden/bert.py encoder DIRECTORY crates/xner-tagger/tests/golden/bert/NAME.json
    python3 tools/golden/bert.py random DIRECTORY

`tiny` writes a small random model of each kind, or of the kinds that are named, with what transformers computes of
them: all hidden states, the loss of one batch, its gradients. `modernbert-old` is a ModernBERT with all the biases
that it may have, whose config is in the form that transformers 4 wrote. `random` makes an encoder of multilingual
BERT's shape (12 layers of 768) from a seed, as `model.safetensors` and, in DIRECTORY-bin, as `pytorch_model.bin`.
`encoder` writes samples of the hidden states of any encoder with `tokenizer.json` or `vocab.txt`, for the 60
sentences of tokenise.py.
"""
import importlib.util
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent


TAGS = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
BERT, ROBERTA = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
SPECIAL = {"bert": BERT, "xlm-roberta": ROBERTA, "roberta": ROBERTA, "distilbert": BERT, "electra": BERT,
           "modernbert": BERT, "modernbert-old": BERT}


def tokeniser(kind, folder):
    """Words w5 to w49, each one subword, and any of them with x behind it: two."""
    special = SPECIAL[kind]
    pieces = special + [f"w{at}" for at in range(5, 50)] + ["##x"] + [f"unused{at}" for at in range(9)]
    if kind in ["roberta", "modernbert", "modernbert-old"]:
        return byte_level(kind, folder)
    if kind in ["bert", "distilbert", "electra"]:
        (folder / "vocab.txt").write_text("".join(piece + "\n" for piece in pieces))
        made = transformers.BertTokenizerFast(vocab=str(folder / "vocab.txt"), do_lower_case=False)
        return made
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    inner = Tokenizer(models.WordPiece({piece: at for at, piece in enumerate(pieces)}, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    inner.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    names = dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>", mask_token="<mask>",
                 cls_token="<s>", sep_token="</s>")
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=inner, **names)
    made.save_pretrained(folder)
    return made


def byte_level(kind, folder):
    """The same words by byte pairs, which know their characters alone; RoBERTa's also in the older files."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    special = SPECIAL[kind]
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    words = [f"w{at}" + "x" * (at % 3 == 0) for at in range(5, 50)]
    inner.train_from_iterator(words, trainers.BpeTrainer(vocab_size=56, special_tokens=special, show_progress=False))
    if kind == "roberta":
        begin, end = ("<s>", 0), ("</s>", 2)
        inner.post_processor = processors.RobertaProcessing(end, begin, add_prefix_space=True)
        names = dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>", mask_token="<mask>",
                     cls_token="<s>", sep_token="</s>")
        model = json.loads(inner.to_str())["model"]
        (folder / "vocab.json").write_text(json.dumps(model["vocab"], ensure_ascii=False) + "\n")
        pairs = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
        (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(pair + "\n" for pair in pairs))
    else:
        inner.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
        names = dict(unk_token="[UNK]", pad_token="[PAD]", mask_token="[MASK]", cls_token="[CLS]", sep_token="[SEP]")
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=inner, add_prefix_space=True, **names)
    made.save_pretrained(folder)
    return made


def small(kind, sizes):
    """A token classifier with random weights."""
    sizes = {key: value for key, value in sizes.items() if key != "type_vocab_size" or not kind.startswith(("d", "m"))}
    if SPECIAL[kind] is ROBERTA or kind.startswith("modernbert"):
        # Byte pairs are more than the other kinds' subwords.
        sizes["max_position_embeddings"] = 80
    if kind == "roberta":
        config = transformers.RobertaConfig(pad_token_id=1, layer_norm_eps=1e-5, **sizes)
        return transformers.RobertaForTokenClassification(config)
    if kind == "electra":
        config = transformers.ElectraConfig(pad_token_id=0, embedding_size=16, **sizes)
        return transformers.ElectraForTokenClassification(config)
    if kind == "distilbert":
        names = dict(hidden_size="dim", num_hidden_layers="n_layers", num_attention_heads="n_heads",
                     intermediate_size="hidden_dim", hidden_dropout_prob="dropout",
                     attention_probs_dropout_prob="attention_dropout")
        sizes = {names.get(key, key): value for key, value in sizes.items()}
        config = transformers.DistilBertConfig(pad_token_id=0, **sizes)
        return transformers.DistilBertForTokenClassification(config)
    del sizes["hidden_dropout_prob"], sizes["attention_probs_dropout_prob"]
    # Layers 0 and 3 read everything, the others three subwords to either side; in the older form every other one does.
    sizes.update(num_hidden_layers=4, local_attention=6, initializer_cutoff_factor=3.0, pad_token_id=0,
                 bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3, attn_implementation="eager")
    if kind == "modernbert-old":
        sizes.update(attention_bias=True, mlp_bias=True, norm_bias=True, classifier_bias=True, norm_eps=1e-6,
                     layer_types=["full_attention", "sliding_attention"] * 2,
                     rope_parameters={"full_attention": {"rope_type": "default", "rope_theta": 40000.0},
                                      "sliding_attention": {"rope_type": "default", "rope_theta": 500.0}})
    return transformers.ModernBertForTokenClassification(transformers.ModernBertConfig(**sizes))


def older(folder, batch, mask, logits):
    """The config in the older form; transformers reads the same model from it."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    rope = config.pop("rope_parameters")
    del config["layer_types"]
    config.update(global_attn_every_n_layers=2, global_rope_theta=rope["full_attention"]["rope_theta"],
                  local_rope_theta=rope["sliding_attention"]["rope_theta"], position_embedding_type="absolute")
    path.write_text(json.dumps(config, indent=2) + "\n")
    again = transformers.ModernBertForTokenClassification.from_pretrained(folder, attn_implementation="eager").eval()
    assert torch.equal(again(input_ids=batch, attention_mask=mask).logits, logits)


def tiny(out, kinds):
    for kind in kinds or SPECIAL:
        torch.manual_seed(7)
        folder = out / kind
        folder.mkdir(parents=True, exist_ok=True)
        sizes = dict(vocab_size=60, hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=40,
                     max_position_embeddings=40, type_vocab_size=2, id2label=dict(enumerate(TAGS)),
                     label2id={name: at for at, name in enumerate(TAGS)},
                     hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, initializer_range=0.3)
        if kind == "bert":
            config = transformers.BertConfig(pad_token_id=0, layer_norm_eps=1e-12, **sizes)
            model = transformers.BertForTokenClassification(config)
        elif kind != "xlm-roberta":
            model = small(kind, sizes)
            config = model.config
        else:
            config = transformers.XLMRobertaConfig(pad_token_id=1, layer_norm_eps=1e-5, **sizes)
            model = transformers.XLMRobertaForTokenClassification(config)
        with torch.no_grad():
            for weight in model.parameters():
                # Biases and norms begin as zeros and ones, which would hide mistakes.
                if weight.dim() == 1:
                    weight.add_(0.1 * torch.randn(weight.shape))
        model.eval()
        model.save_pretrained(folder)
        split = tokeniser(kind, folder)
        sentences, tags = [], []
        for s, n in enumerate([5, 1, 9, 20, 3]):
            sentences.append([f"w{5 + (7 * s + 5 * at * at + at) % 45}" + "x" * (at % 3 == s % 2) for at in range(n)])
            tags.append([["O", "B-PER", "I-PER", "O", "B-LOC"][(at + s) % 5] if at or s != 1 else "O" for at in range(n)])
        # A sentence never begins inside of an entity.
        tags = [[tag.replace("I-", "B-") if at == 0 else tag for at, tag in enumerate(row)] for row in tags]
        encoded = [split(words, is_split_into_words=True) for words in sentences]
        longest = max(len(e["input_ids"]) for e in encoded)
        batch = torch.full((len(encoded), longest), config.pad_token_id)
        mask, gold = torch.zeros_like(batch), torch.full_like(batch, -100)
        for s, e in enumerate(encoded):
            ids, words = e["input_ids"], e.word_ids()
            batch[s, :len(ids)] = torch.tensor(ids)
            mask[s, :len(ids)] = 1
            for at, word in enumerate(words):
                if word is not None and word != (words[at - 1] if at else None):
                    gold[s, at] = TAGS.index(tags[s][word])
        found = model(input_ids=batch, attention_mask=mask, labels=gold, output_hidden_states=True)
        if kind == "modernbert-old":
            older(folder, batch, mask, found.logits)
        found.loss.backward()
        tensors = {"loss": found.loss.detach().reshape(1)}
        for s, e in enumerate(encoded):
            n = len(e["input_ids"])
            for layer, states in enumerate(found.hidden_states):
                tensors[f"hidden.{layer}.{s}"] = states[s, :n].detach().contiguous()
            first = gold[s] >= 0
            tensors[f"probabilities.{s}"] = found.logits[s][first].detach().softmax(-1).contiguous()
        for name, weight in model.named_parameters():
            tensors["gradient." + name] = weight.grad.detach().contiguous()
        save_file(tensors, folder / "expected.safetensors")
        (folder / "batch.json").write_text(json.dumps(
            {"ids": [e["input_ids"] for e in encoded], "words": sentences, "tags": tags}) + "\n")


def random(folder):
    torch.manual_seed(11)
    config = transformers.BertConfig(vocab_size=2000, hidden_dropout_prob=0.1)
    model = transformers.BertModel(config)
    model.save_pretrained(folder)
    other = pathlib.Path(str(folder) + "-bin")
    other.mkdir(parents=True, exist_ok=True)
    config.save_pretrained(other)
    torch.save(model.state_dict(), other / "pytorch_model.bin")


def encoder(folder, out):
    spec = importlib.util.spec_from_file_location("tokenise", HERE / "tokenise.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sentences = [line for lines in module.SENTENCES.values() for line in lines]
    model = transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    vocabulary = model.config.vocab_size
    if (folder / "tokenizer.json").exists():
        tokeniser = transformers.PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
        ids = [tokeniser(line.split(" "), is_split_into_words=True)["input_ids"] for line in sentences]
    else:
        ids = [[(31 * s + 17 * at + at * at) % vocabulary for at in range(3 + 2 * (s % 40))] for s in range(60)]
    rows = []
    with torch.no_grad():
        for sentence in ids:
            states = model(input_ids=torch.tensor([sentence]), output_hidden_states=True).hidden_states
            # Of each layer, the first and the last subword, every 97th column.
            sample = lambda row: [round(value, 6) for value in row[::97].tolist()]
            rows.append([[sample(layer[0, at]) for at in (0, -1)] for layer in states])
    out.write_text(json.dumps({"ids": ids, "states": rows}) + "\n")


if __name__ == "__main__":
    kind, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    {"tiny": lambda: tiny(folder, sys.argv[3:]), "random": lambda: random(folder),
     "encoder": lambda: encoder(folder, pathlib.Path(sys.argv[3]))}[kind]()
