#!/usr/bin/env bash
# The word vectors of docs/src/results.md on zero-resource transfer:
#
#     tools/data/word_vectors.sh data/corpora data/vectors
#
# data/vectors/context/LANGUAGE.vec: a word's mean state at layer 6 of data/e5-all (tools/data/encoder.py) over its
# occurrences in the train side, "query: " before each sentence; words of dev, test and the dictionaries that train
# lacks are read alone. data/vectors/use-context: those beside USE's (tools/data/use.py), for the languages that it
# knows. Both at each language's own 300 principal directions. XNER names the program, PYTHON an interpreter with
# numpy and sentencepiece.
set -euo pipefail
corpora=$1 out=$2
xner=${XNER:-xner} python=${PYTHON:-python3}
mkdir -p "$out/context" "$out/use-context" "$out/words"

# The side of a dictionary that is in the language: the second word of a line, or English's first.
side() {
  if [ "$1" = en ]; then
    cut -d' ' -f1 "$corpora"/muse/en-{es,nl,de,fi,ar}.{0-5000,5000-6500}.txt | tr '\t' ' ' | cut -d' ' -f1
  else
    cat "$corpora"/muse/en-"$1".{0-5000,5000-6500}.txt | tr '\t' ' ' | cut -d' ' -f2
  fi
}

for pair in en:conll2003/en es:conll2002/es nl:conll2002/nl de:conll2003/de fi:finer/fi ar:aqmar/ar; do
  language=${pair%%:*} folder=$corpora/${pair##*:}
  [ -e "$out/context/$language.vec" ] || {
    side "$language" > "$out/words/$language.dictionary"
    "$python" tools/data/words.py "$folder"/train.txt "$folder"/dev.txt "$folder"/test.txt \
      "$out/words/$language.dictionary" > "$out/words/$language.txt"
    "$xner" vectors distil "$folder/train.txt" "$out/words/$language.txt" --model data/e5-all --prefix "query: " \
      --layer 6 --out "$out/words/$language.vec"
    "$xner" vectors convert --pca 300 "$out/words/$language.vec" "$out/context/$language.vec"
  }
  [ "$language" = fi ] || [ -e "$out/use-context/$language.vec" ] || {
    "$python" tools/data/use.py "$out/words/$language.use.vec" "$out/words/$language.vec"
    "$xner" vectors convert --pca 300 "$out/words/$language.use.vec" "$out/use-context/$language.vec"
  }
done
