#!/usr/bin/env python3
"""How well the language of a word can be told from the state that an encoder gives it.

    python3 tools/check/language_probe.py SOURCE TARGET MODEL...

SOURCE and TARGET are corpora of columns, each MODEL a directory of Hugging Face's layout (an encoder, or a tagger that
xner wrote). For each model a classifier of TransAdv's shape (two layers, 500 hidden units, ReLU) learns 400 sentences of
each language, eight a step for 400 steps, and is asked about the words of 200 others; the mean of both languages' shares is
printed, so one half is chance. The encoder itself stays as it is, without dropout.

Needs torch and transformers.
"""

import sys

import torch
from transformers import AutoModel, AutoTokenizer

from columns import sentences

torch.set_num_threads(1)
LEARNT, ASKED, STEPS, RATE = 400, 200, 400, 1e-3


def states(folder, corpus):
    """For each sentence the last layer's states at the first subwords of its words."""
    tokeniser = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    found = []
    with torch.no_grad():
        for words in corpus:
            encoded = tokeniser(words, is_split_into_words=True, return_tensors="pt", truncation=True, max_length=128)
            of = encoded.word_ids()
            first = [at for at, word in enumerate(of) if word is not None and (at == 0 or of[at - 1] != word)]
            found.append(model(**encoded).last_hidden_state[0][first])
    return found


def probe(source, target):
    """The share of words of the sentences behind LEARNT whose language a classifier tells that has learnt the others."""
    torch.manual_seed(1)
    draws = torch.Generator().manual_seed(1)
    own = torch.nn.Sequential(torch.nn.Linear(source[0].shape[1], 500), torch.nn.ReLU(), torch.nn.Linear(500, 1))
    optimiser = torch.optim.AdamW(own.parameters(), lr=RATE, weight_decay=0.01)
    for _ in range(STEPS):
        loss = 0.0
        for corpus, label in ((source, 1.0), (target, 0.0)):
            drawn = torch.randint(0, LEARNT, (4,), generator=draws)
            odds = own(torch.cat([corpus[at] for at in drawn]))[:, 0]
            loss = loss + torch.nn.functional.binary_cross_entropy_with_logits(odds, torch.full_like(odds, label))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        right = [own(torch.cat(corpus[LEARNT:]))[:, 0] for corpus in (source, target)]
    shares = [(right[0] > 0).float().mean(), (right[1] <= 0).float().mean()]
    return float(sum(shares)) / 2


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    corpora = [[[columns[0] for columns in sentence] for sentence in sentences(path, LEARNT + ASKED)] for path in sys.argv[1:3]]
    for folder in sys.argv[3:]:
        print(f"{folder}: {100 * probe(*[states(folder, corpus) for corpus in corpora]):.1f} % right", flush=True)


if __name__ == "__main__":
    main()
