"""Golden states and gradients of PyTorch's bi-LSTM over sequences of unequal lengths: pip install torch

    python3 tools/golden/lstm.py > crates/xner-nn/tests/golden/lstm.json

One small case of each kind. Weights are written in our layout: [features, directions * gates * hidden], gates i f g o.
PyTorch has two biases a gate; ours is their sum. The gradients are those of the sum of the states times `upstream`.
"""
import json

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
LENGTHS, FEATURES, HIDDEN = [2, 5, 1, 4], 3, 4


def rounded(tensor):
    return [round(x, 9) for x in tensor.detach().flatten().tolist()]


def main():
    lstm = nn.LSTM(FEATURES, HIDDEN, bidirectional=True, batch_first=True)
    with torch.no_grad():
        for parameter in lstm.parameters():
            parameter.copy_(torch.randn_like(parameter).float().double() * 0.6)
    x = torch.randn(len(LENGTHS), max(LENGTHS), FEATURES).float().double().requires_grad_()
    packed = pack_padded_sequence(x, torch.tensor(LENGTHS), batch_first=True, enforce_sorted=False)
    out, (h, _) = lstm(packed)
    states, _ = pad_packed_sequence(out, batch_first=True)
    upstream = torch.randn_like(states).float().double()
    (states * upstream).sum().backward()

    def both(name, grad=False):
        parts = [getattr(lstm, name + suffix) for suffix in ("", "_reverse")]
        return torch.cat([(p.grad if grad else p).t() for p in parts], 1)

    def bias(grad=False):
        if grad:  # both of PyTorch's biases have the gradient of their sum
            return torch.cat([lstm.bias_ih_l0.grad, lstm.bias_ih_l0_reverse.grad])
        return torch.cat([lstm.bias_ih_l0 + lstm.bias_hh_l0, lstm.bias_ih_l0_reverse + lstm.bias_hh_l0_reverse])

    print(json.dumps({
        "torch": torch.__version__.split("+")[0], "lengths": LENGTHS, "features": FEATURES, "hidden": HIDDEN,
        "x": rounded(x), "w_ih": rounded(both("weight_ih_l0")), "w_hh": rounded(both("weight_hh_l0")),
        "bias": rounded(bias()), "upstream": rounded(upstream), "states": rounded(states),
        "ends": rounded(torch.cat([h[0], h[1]], 1)),
        "d_x": rounded(x.grad), "d_w_ih": rounded(both("weight_ih_l0", True)),
        "d_w_hh": rounded(both("weight_hh_l0", True)), "d_bias": rounded(bias(True)),
    }))


if __name__ == "__main__":
    main()
