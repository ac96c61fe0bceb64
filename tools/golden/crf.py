"""Golden cases of pytorch-crf: losses with masks, their gradients, and decoded paths.

    pip install torch pytorch-crf
    python3 tools/golden/crf.py > crates/xner-crf/tests/golden/pytorch_crf.json
"""

import json

import torch
from torchcrf import CRF

# Tags, lengths, and the range of the scores.
SHAPES = [(2, [1, 2], 1.0), (3, [4, 1, 3], 2.0), (5, [6], 10.0), (9, [5, 5, 2], 4.0), (17, [3, 7], 3.0)]


def numbers(tensor):
    """The values in order, short: every one is exact in 32 bits with these digits."""
    return [float(f"{x:.9g}") for x in tensor.detach().reshape(-1).tolist()]


def case(tags, lengths, scale):
    steps = max(lengths)
    crf = CRF(tags, batch_first=True)
    with torch.no_grad():
        for parameter in crf.parameters():
            parameter.uniform_(-scale, scale)
    emissions = (torch.rand(len(lengths), steps, tags) * 2 - 1) * scale
    emissions.requires_grad_()
    gold = torch.randint(tags, (len(lengths), steps))
    mask = torch.tensor([[step < length for step in range(steps)] for length in lengths])
    losses = -crf(emissions, gold, mask=mask, reduction="none")
    losses.sum().backward()
    return {
        "tags": tags,
        "lengths": lengths,
        "transitions": numbers(crf.transitions),
        "start": numbers(crf.start_transitions),
        "end": numbers(crf.end_transitions),
        "emissions": numbers(emissions),
        "gold": gold.reshape(-1).tolist(),
        "losses": numbers(losses),
        "by_transitions": numbers(crf.transitions.grad),
        "by_start": numbers(crf.start_transitions.grad),
        "by_end": numbers(crf.end_transitions.grad),
        "by_emissions": numbers(emissions.grad),
        "paths": crf.decode(emissions, mask=mask),
    }


torch.manual_seed(2020)
print("[\n" + ",\n".join(json.dumps(case(*shape), separators=(",", ":")) for shape in SHAPES) + "\n]")
