"""Golden subwords of transformers' tokenisers over pre-split words: pip install transformers

    python3 tools/golden/tokenise.py crates/xner-tagger/tests/golden/tokenise [E5_DIRECTORY]

Writes `vocab.txt` where there is none, a small WordPiece vocabulary made from the sentences below, and `wordpiece.json`: each sentence's
words, and for several settings its subwords (special ones included) and the word that each is of. With a directory
that holds multilingual-e5-small (its whole vocabulary), writes `e5.json` too.
"""
import hashlib
import json
import pathlib
import sys
import tempfile

import transformers
from tokenizers import BertWordPieceTokenizer
from transformers import BertTokenizerFast, PreTrainedTokenizerFast

# One sentence a line, words parted by single spaces; what cannot be seen is escaped.
SENTENCES = {
    "en": [
        "Margaret Okafor moved from Leeds to New York in 1987 .",
        "The council didn't answer Mr. O'Neill-Baker's letters .",
        "Harbour Lights Ltd. paid $ 3.5m ( about \u20ac 3.2m ) for it !",
        "na\u00efve caf\u00e9 owners re\u0301sume\u0301 work in Zu\u0308rich",
        "\U0001f600 great match in Cardiff \U0001f44d\U0001f3fd \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "a \u200b b \u00ad c \u0000 d \ufffd e \x07 f",
        "tab\there new\nline no\u00a0break thin\u2009space",
        "supercalifragilisticexpialidocious " + "pneumono" * 14,
        "\u201cQuoted\u201d \u2018words\u2019 \u2013 and \u2014 dashes\u2026",
        "e-mail ada@example.org or see https://example.org/a?b=c&d=%20",
        "x",
        "[CLS] [MASK] <s> </s> <mask> ##ing [UNK]",
    ],
    "es": [
        "Luc\u00eda Fern\u00e1ndez naci\u00f3 en Le\u00f3n , cerca del r\u00edo Bernesga .",
        "\u00bfCu\u00e1ndo lleg\u00f3 el se\u00f1or Ib\u00e1\u00f1ez a Bogot\u00e1 ?",
        "\u00a1Viva la Universidad de Salamanca !",
        "man\u0303ana por la man\u0303ana , dijo la ministra",
        "El pingu\u0308ino y la cigu\u0308en\u0303a de Co\u0301rdoba",
        "12.345,67 euros , el 8 % m\u00e1s que en 2001",
        "EL AYUNTAMIENTO DE M\u00c1LAGA APROB\u00d3 EL PLAN",
        "Pe\u00f1arroya-Pueblonuevo n\u00ba 5 , 3\u00aa planta",
        "Jos\u00e9 \u2764\ufe0f Sevilla \U0001f1ea\U0001f1f8 siempre",
        "la UE , la ONU y la OTAN firmaron",
    ],
    "nl": [
        "Burgemeester Van der Laan sprak in 's-Hertogenbosch .",
        "De reünie in Brussel , zo'n twee uur durend",
        "IJsselmeer en ijsberg : \u0132sselmeer en \u0133sberg",
        "het co\u00f6rdinatiecentrum van de Rijksuniversiteit Groningen",
        "Zei Joost : \u201e Dat kan niet ! \u201d",
        "arbeidsongeschiktheidsverzekeringsmaatschappijen",
        "A4-snelweg bij Schiphol : 3\u00d7 zo druk als in '95",
        "de Belgi\u00ebn en de Itali\u00ebn in Maastricht",
        "N.V. Philips ' Gloeilampenfabrieken",
        "1 000 km \u00bd uur \u00b2 \u2083 \u2122 \u00ae",
    ],
    "de": [
        "Frau M\u00fcller-L\u00fcdenscheidt wohnt in der K\u00f6lner Stra\u00dfe 5 .",
        "Die Donaudampfschifffahrtsgesellschaft in Passau",
        "Das gro\u00dfe \u1e9e steht in GRO\u1e9e und STRASSE",
        "A\u0308nderung u\u0308ber O\u0308sterreich",
        "Bundeskanzlerin und Minister trafen sich in Weimar .",
        "\u00bbGuten Tag\u00ab , sagte \u203aHans\u2039",
        "\ufb01nden \ufb02ie\u00dfen \uff21\uff22\uff23 \u2167",
        "am 3. Okt. 1990 um 0:00 Uhr",
        "2\u00b3 = 8 , \u03c0 \u2248 3,14 , \u2211 \u221e",
        "\u200e \u200f \u2028 \ufeff",
    ],
    "fi": [
        "Aino Virtanen asuu H\u00e4meenlinnassa ja ty\u00f6skentelee Tampereella .",
        "Helsingin yliopiston p\u00e4\u00e4rakennuksessa",
        "ep\u00e4j\u00e4rjestelm\u00e4llistytt\u00e4m\u00e4tt\u00f6myydell\u00e4\u00e4ns\u00e4k\u00e4\u00e4nk\u00f6h\u00e4n",
        "Y\u00f6ll\u00e4 \u00c5boon , \u00c5lands hav",
        "ha\u0308a\u0308yo\u0308aie ja \u00e4iti",
        "Nokia Oyj:n osake nousi 4,2 %",
        "\u0160akki ja \u017dilet , \u0161ekki",
        "presidentti matkusti It\u00e4meren yli \u26f4",
        "Kerava\u2013Lahti-oikorata",
    ],
    "ar": [
        "\u0648\u0644\u062f\u062a \u0644\u064a\u0644\u0649 \u062d\u062f\u0627\u062f \u0641\u064a \u0628\u064a\u0631\u0648\u062a \u0639\u0627\u0645 1979 .",
        "\u0627\u0644\u0652\u0643\u0650\u062a\u064e\u0627\u0628\u064f \u062c\u064e\u062f\u0650\u064a\u062f\u064c",
        "\u0623\u0639\u0644\u0646\u062a \u0627\u0644\u0623\u0645\u0645 \u0627\u0644\u0645\u062a\u062d\u062f\u0629 \u061b \u0641\u064a \u062c\u0646\u064a\u0641 \u060c \u0630\u0644\u0643 \u061f",
        "\u0661\u0662\u0663\u0664 \u066a \u06f1\u06f2",
        "\u0645\u0640\u0640\u062f\u0640\u0640\u0631\u0633\u0629",
        "\ufedf\ufef4\ufedf\ufef0 \ufefb \ufdfa",
        "\u0646\u0647\u0631 \u0627\u0644\u0646\u064a\u0644 ( Nile ) \u0641\u064a \u0645\u0635\u0631",
        "\u202b\u0639\u0631\u0628\u064a\u202c \u200fabc\u200e",
        "\u0645\u062d\u0645\u062f\u200c\u0639\u0644\u064a \u06a9\u062a\u0627\u0628",
        "\u6771\u4eac \u5317\u4eac\u5e02 and \ud55c\uad6d\uc5b4 \u3072\u3089\u304c\u306a",
    ],
}
SETTINGS = {
    "cased": {"do_lower_case": False},
    "uncased": {"do_lower_case": True},
    "accents": {"do_lower_case": True, "strip_accents": False},
    "stripped": {"do_lower_case": False, "strip_accents": True, "tokenize_chinese_chars": False},
}


def words():
    return [[language, line.split(" ")] for language, lines in SENTENCES.items() for line in lines]


def subwords(tokenizer):
    found = []
    for _, sentence in words():
        encoded = tokenizer(sentence, is_split_into_words=True)
        found.append({"ids": encoded["input_ids"], "words": encoded.word_ids()})
    return found


def write(path, value):
    path.write_text(json.dumps(value, indent=None, separators=(",", ":")).replace("},{", "},\n{") + "\n")


def make_vocabulary(path):
    """Pieces of the sentences, cased and uncased, so that both find more than [UNK]."""
    pieces = []
    for lower in (False, True):
        trainer = BertWordPieceTokenizer(lowercase=lower, strip_accents=lower)
        lines = [" ".join(sentence) for _, sentence in words()]
        trainer.train_from_iterator(lines, vocab_size=420, min_frequency=1, limit_alphabet=260, show_progress=False)
        vocabulary = trainer.get_vocab()
        pieces += sorted(vocabulary, key=vocabulary.get)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    path.write_text("\n".join(special + sorted(set(pieces) - set(special))) + "\n")


def main(folder, e5):
    version = transformers.__version__
    sentences = words()
    # The trainer breaks ties by chance; the vocabulary that is there stays.
    if not (folder / "vocab.txt").exists():
        make_vocabulary(folder / "vocab.txt")
    settings = {}
    for name, values in SETTINGS.items():
        with tempfile.TemporaryDirectory() as model:
            model = pathlib.Path(model)
            (model / "vocab.txt").write_text((folder / "vocab.txt").read_text())
            (model / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer", **values}))
            tokenizer = BertTokenizerFast.from_pretrained(model)
            settings[name] = {"config": values, "subwords": subwords(tokenizer)}
    write(folder / "wordpiece.json", {"transformers": version, "sentences": sentences, "settings": settings})
    if e5 is not None:
        digest = hashlib.sha256((e5 / "tokenizer.json").read_bytes()).hexdigest()
        found = subwords(PreTrainedTokenizerFast.from_pretrained(e5))
        write(folder / "e5.json", {"transformers": version, "tokenizer.json": digest, "subwords": found})


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None)
