"""The module, by pytest: `pip install . pytest pyarrow pandas seqeval && pytest`."""

import threading
import time

import pytest

import xner

TEXT = "\U0001f600 Zoë Müller lives in Köln."


@pytest.fixture(scope="module")
def ner():
    return xner.load()


def test_entities_lie_in_the_text(ner):
    found = ner.entities(TEXT)
    assert [entity.kind for entity in found] == ["PER", "LOC"]
    for entity in found:
        assert TEXT[entity.start:entity.end] == entity.text
        assert TEXT.encode()[entity.start_byte:entity.end_byte].decode() == entity.text
        assert 0 < entity.probability <= 1
        assert entity.to_dict()["text"] == entity.text
    assert "Köln" in repr(found[1])
    assert ner.entities("") == []


def test_many_are_as_one(ner):
    texts = [TEXT, "", "Eva wohnt in Bern."] * 5
    one = [[(e.kind, e.start, e.end) for e in ner.entities(text)] for text in texts]
    assert [[(e.kind, e.start, e.end) for e in row] for row in ner.entities_of(texts)] == one


def test_tokens(ner):
    tags, none = ner.tags_of([["Ada", "Lovelace", "lived", "in", "London", "."], []])
    assert len(tags) == 6 and tags[0].startswith("B-") and none == []
    assert set(ner.types) == {"PER", "LOC", "ORG"}


def test_the_gil_is_free(ner):
    count, done = 0, threading.Event()

    def tag():
        ner.entities_of([TEXT] * 3000)
        done.set()

    worker = threading.Thread(target=tag)
    worker.start()
    while not done.is_set():
        count += 1
        time.sleep(0.001)
    worker.join()
    assert count > 3


def test_columns(ner):
    pyarrow = pytest.importorskip("pyarrow")
    texts = [TEXT, None, "nobody"]
    wanted = [None if text is None else [e.to_dict() for e in ner.entities(text)] for text in texts]
    close = lambda rows: [  # noqa: E731: probabilities are of 32 bits
        None if row is None else [{**e, "probability": pytest.approx(e["probability"], abs=1e-5)} for e in row]
        for row in rows
    ]
    column = pyarrow.chunked_array([texts[:1], texts[1:]])
    assert ner.tag_column(column).to_pylist() == close(wanted)
    table = pyarrow.table({"id": [1, 2, 3], "body": texts})
    found = ner.tag_table(table, "body")
    assert found.column_names == ["id", "body", "entities"] and found["id"] == table["id"]
    assert found["entities"].to_pylist() == close(wanted)
    assert ner.tag_table(table.slice(0, 0), "body").column_names == found.column_names
    with pytest.raises(ValueError, match="no column `text`.*`id`, `body`"):
        ner.tag_table(table, "text")


def test_pandas(ner):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"body": [TEXT, "nobody"]})
    found = ner.tag_table(frame, "body").to_pandas()
    assert [len(row) for row in found["entities"]] == [2, 0]


GOLD = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-ORG", "I-ORG"], ["I-LOC", "O"]]
FOUND = [["B-PER", "I-PER", "O", "B-ORG"], ["O", "B-ORG", "O"], ["I-LOC", "O"]]


@pytest.mark.parametrize("scheme", [None, "iob2"])
def test_scores_are_seqevals(scheme):
    seqeval = pytest.importorskip("seqeval.metrics")
    from seqeval.scheme import IOB2

    strict = {} if scheme is None else {"mode": "strict", "scheme": IOB2}
    wanted = seqeval.classification_report(GOLD, FOUND, output_dict=True, zero_division=0, **strict)
    found = xner.score(GOLD, FOUND, scheme=scheme)
    assert found.keys() == wanted.keys()
    for name, fields in wanted.items():
        assert found[name] == pytest.approx(fields), name


def test_what_is_wrong_is_named(tmp_path):
    with pytest.raises(ValueError, match=str(tmp_path)):
        xner.load(tmp_path)
    with pytest.raises(ValueError, match="klingon"):
        xner.load(language="klingon")
    with pytest.raises(ValueError, match="2 sentences, predicted 1"):
        xner.score([["O"], ["O"]], [["O"]])
    with pytest.raises(ValueError, match="scheme"):
        xner.score([["O"]], [["O"]], scheme="iob9")
    with pytest.raises(ValueError, match="sentence 1"):
        xner.score([["O", "O"]], [["O"]])
