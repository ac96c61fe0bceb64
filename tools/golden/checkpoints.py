"""Golden files of PyTorch weights, new and old, and what is in them: pip install torch numpy

    python3 tools/golden/checkpoints.py crates/xner-tagger/tests/golden/checkpoints

A tiny encoder's names with made-up numbers: 32-bit and 16-bit floats, views of one storage, parameters, old names of
layer norms. `expected.json` has the values as 32-bit floats under the names that they have in the files. The files
`executes-*.bin` hold a call of `os.mkdir` where a tensor should be; a reader that makes the folder is broken.
"""
import collections
import json
import os
import pathlib
import sys

import torch


class Call:
    """Pickles as a call of a function."""

    def __reduce__(self):
        return os.mkdir, ("executed",)


def numbers(*shape, dtype=torch.float32):
    return torch.randn(*shape, generator=GENERATOR).to(dtype)


def weights():
    shared = numbers(4, 6)
    return collections.OrderedDict([
        ("bert.embeddings.position_ids", torch.arange(8).unsqueeze(0)),
        ("bert.embeddings.word_embeddings.weight", numbers(7, 4)),
        ("bert.embeddings.LayerNorm.gamma", numbers(4)),
        ("bert.embeddings.LayerNorm.beta", numbers(4, dtype=torch.float64)),
        ("bert.encoder.layer.0.attention.self.query.weight", shared[:, 1:5]),
        ("bert.encoder.layer.0.attention.self.key.weight", shared.t()),
        ("bert.encoder.layer.0.attention.self.value.weight", torch.nn.Parameter(numbers(4, 4))),
        ("bert.encoder.layer.0.intermediate.dense.weight", numbers(5, 4, dtype=torch.float16)),
        ("bert.encoder.layer.0.output.dense.weight", numbers(4, 5, dtype=torch.bfloat16)),
        ("bert.pooler.dense.bias", numbers(4)),
        ("cls.predictions.bias", numbers(7)),
        ("classifier.weight", numbers(3, 4)),
        ("classifier.scale", torch.tensor(2.5)),
    ])


def main(folder):
    all_weights = weights()
    torch.save(all_weights, folder / "zip.bin")
    torch.save(all_weights, folder / "legacy.bin", _use_new_zipfile_serialization=False)
    expected = {
        name: {"shape": list(tensor.shape), "values": tensor.detach().float().flatten().tolist()}
        for name, tensor in all_weights.items() if tensor.is_floating_point()
    }
    (folder / "expected.json").write_text(json.dumps({"torch": torch.__version__.split("+")[0], "tensors": expected}))
    names = list(all_weights)
    for at, part in enumerate([names[:6], names[6:]], 1):
        torch.save({name: all_weights[name].contiguous() for name in part}, folder / f"shard-{at}.bin")
    tensor = torch.ones(2)
    torch.save({"classifier.bias": tensor, "extra": Call()}, folder / "executes-entry.bin")
    torch.save({"classifier.bias": Call()}, folder / "executes-legacy.bin", _use_new_zipfile_serialization=False)
    torch.save(Call(), folder / "executes-root.bin")
    torch.save({"classifier.bias": tensor, "vast": torch.ones(1).expand(1 << 30)}, folder / "vast.bin")


if __name__ == "__main__":
    GENERATOR = torch.Generator().manual_seed(11)
    main(pathlib.Path(sys.argv[1]))
