#!/usr/bin/env python3
"""What a tagger says of words that it cannot see.

    python3 tools/check/mask_probe.py CORPUS MODEL...

CORPUS is a file of columns with tags in the last, each MODEL a token classifier of Hugging Face's layout. Of the words of the first
300 sentences one in ten, drawn once for all models, is replaced by the tokeniser's mask. Printed for each model: the share of
words outside of entities that are tagged as part of one, seen and masked, and the share of words in entities that are, seen and masked.
A model that has met masks in the place of entity words alone may have learnt that a mask is one: then the second figure is
high. By argmax. Needs torch and transformers.
"""

import random
import sys

import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from columns import sentences

torch.set_num_threads(1)
SENTENCES, SHARE = 300, 0.1


@torch.no_grad()
def entities(model, tokeniser, words):
    """Whether each word is tagged as part of an entity; none where the model's window has ended."""
    encoded = tokeniser(words, is_split_into_words=True, return_tensors="pt", truncation=True, max_length=128)
    tags = model(**encoded).logits[0].argmax(-1)
    found = [None] * len(words)
    of = encoded.word_ids()
    for at, word in enumerate(of):
        if word is not None and (at == 0 or of[at - 1] != word):
            found[word] = model.config.id2label[int(tags[at])] != "O"
    return found


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    drawn = random.Random(1)
    corpus = [[(columns[0], columns[-1] != "O") for columns in sentence] for sentence in sentences(sys.argv[1], SENTENCES)]
    masked = [[drawn.random() < SHARE for _ in words] for words in corpus]
    for folder in sys.argv[2:]:
        tokeniser = AutoTokenizer.from_pretrained(folder)
        model = AutoModelForTokenClassification.from_pretrained(folder).eval()
        counts = {(entity, hidden): [0, 0] for entity in (False, True) for hidden in (False, True)}
        for words, hide in zip(corpus, masked):
            seen = entities(model, tokeniser, [word for word, _ in words])
            unseen = entities(model, tokeniser, [tokeniser.mask_token if own else word for (word, _), own in zip(words, hide)])
            for (_, entity), own, before, after in zip(words, hide, seen, unseen):
                for hidden, found in [(False, before)] + ([(True, after)] if own else []):
                    if found is not None:
                        counts[entity, hidden][0] += found
                        counts[entity, hidden][1] += 1
        shares = {key: 100 * found / max(of, 1) for key, (found, of) in counts.items()}
        print(f"{folder}: outside of entities seen {shares[False, False]:.1f} %, masked {shares[False, True]:.1f} %; "
              f"in entities seen {shares[True, False]:.1f} %, masked {shares[True, True]:.1f} % "
              f"({counts[False, True][1]} and {counts[True, True][1]} masked)")


if __name__ == "__main__":
    main()
