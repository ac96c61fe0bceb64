"""Reading a corpus of columns, for the checks beside it."""


def sentences(path, count):
    """The first sentences, each a list of its lines' columns, without documents' marks; bytes that are no UTF-8 are read as
    Latin-1."""
    with open(path, "rb") as file:
        text = file.read()
    try:
        text = text.decode("utf-8")
    except UnicodeDecodeError:
        text = text.decode("latin-1")
    found, sentence = [], []
    for line in [*text.splitlines(), ""]:
        columns = line.split()
        if columns and columns[0] != "-DOCSTART-":
            sentence.append(columns)
        elif sentence and not columns:
            found.append(sentence)
            sentence = []
        if len(found) == count:
            break
    return found
