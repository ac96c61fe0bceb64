"""The whole tagger in PyTorch, as a peer for speed: pip install torch pytorch-crf

    python3 tools/bench/tagger_peer.py train|tag --batch 16 --threads 1 --rounds 5 --steps 40

A char-BiLSTM-CRF as in Lample et al. 2016 over made-up data of the benchmark's shapes: sentences of 25 words of
4 to 12 characters, word vectors of 300 dimensions, character bi-LSTM 25 + 25, word bi-LSTM 100 per direction, a
dense layer, 17 tags. `nn.LSTM` over packed sequences, as PyTorch users write it; pytorch-crf for loss and decoding.
Word vectors are frozen, as in ours. Prints a JSON line a round: milliseconds of process CPU time and of wall clock
a step.
"""
import argparse
import json
import time

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torchcrf import CRF

WORDS, TAGS = 25, 17


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.vectors = nn.Embedding(5000, 300)
        self.vectors.weight.requires_grad_(False)
        self.chars = nn.Embedding(80, 25)
        self.char_lstm = nn.LSTM(25, 25, bidirectional=True, batch_first=True)
        self.drop = nn.Dropout(0.5)
        self.word_lstm = nn.LSTM(350, 100, bidirectional=True, batch_first=True)
        self.dense = nn.Linear(200, 100)
        self.out = nn.Linear(100, TAGS)
        self.crf = CRF(TAGS, batch_first=True)

    def forward(self, words, chars, char_lengths, lengths):
        packed = pack_padded_sequence(self.chars(chars), char_lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.char_lstm(packed)
        char_features = torch.cat([h[0], h[1]], 1).view(words.shape[0], words.shape[1], 50)
        x = self.drop(torch.cat([self.vectors(words), char_features], 2))
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        h, _ = pad_packed_sequence(self.word_lstm(packed)[0], batch_first=True)
        return self.out(torch.tanh(self.dense(h)))


def batch(size, generator):
    words = torch.randint(0, 5000, (size, WORDS), generator=generator)
    char_lengths = torch.randint(4, 13, (size * WORDS,), generator=generator)
    chars = torch.randint(0, 80, (size * WORDS, int(char_lengths.max())), generator=generator)
    tags = torch.randint(0, TAGS, (size, WORDS), generator=generator)
    lengths = torch.full((size,), WORDS)
    return words, chars, char_lengths, lengths, tags, torch.ones(size, WORDS, dtype=torch.bool)


def main():
    a = argparse.ArgumentParser()
    a.add_argument("mode", choices=["train", "tag"])
    a.add_argument("--batch", type=int, default=16)
    a.add_argument("--threads", type=int, default=1)
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--steps", type=int, default=40)
    args = a.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(1)
    model = Tagger()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.SGD(parameters, lr=0.1)
    batches = [batch(args.batch, generator) for _ in range(8)]

    def train(words, chars, char_lengths, lengths, tags, mask):
        optimiser.zero_grad()
        loss = -model.crf(model(words, chars, char_lengths, lengths), tags, mask=mask, reduction="mean")
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 5.0)
        optimiser.step()
        return loss.item()

    @torch.inference_mode()
    def tag(words, chars, char_lengths, lengths, tags, mask):
        return model.crf.decode(model(words, chars, char_lengths, lengths), mask=mask)

    step = train if args.mode == "train" else tag
    model.train(args.mode == "train")
    for n in range(args.steps // 2):
        step(*batches[n % 8])
    for _ in range(args.rounds):
        cpu, wall = time.process_time(), time.perf_counter()
        for n in range(args.steps):
            step(*batches[n % 8])
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        print(json.dumps({"cpu_ms": cpu / args.steps * 1e3, "wall_ms": wall / args.steps * 1e3}), flush=True)


if __name__ == "__main__":
    main()
