"""A file of columns tagged by a transformers pipeline, the peer of tag_pipeline.py: pip install torch transformers

    python3 tools/bench/tag_pipeline_peer.py MODEL COLUMNS OUT BATCH THREADS
"""
import sys

import torch
import transformers


def sentences(path):
    words = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                words.append(line.split()[0])
            elif words:
                yield words
                words = []
    if words:
        yield words


def main():
    model, columns, out, batch, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    tagger = transformers.pipeline("token-classification", model=model, aggregation_strategy="none", ignore_labels=[], device="cpu")
    given = list(sentences(columns))
    found = tagger([" ".join(words) for words in given], batch_size=int(batch))
    with open(out, "w", encoding="utf-8") as lines:
        for words, entities in zip(given, found):
            # The first subword that begins inside of a word, or at it, answers for it.
            at, end, entity = 0, 0, 0
            for word in words:
                end = at + len(word)
                while entity < len(entities) and entities[entity]["end"] <= at:
                    entity += 1
                inside = entity < len(entities) and entities[entity]["start"] < end
                lines.write(f"{word} {entities[entity]['entity'] if inside else 'O'}\n")
                at = end + 1
            lines.write("\n")


if __name__ == "__main__":
    main()
