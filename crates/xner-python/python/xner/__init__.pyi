from collections.abc import Sequence
from os import PathLike
from typing import Any, Protocol, final

import pyarrow  # type: ignore[import-untyped,import-not-found]

__all__ = ["Entity", "Ner", "load", "score"]

class _Array(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

class _Stream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

@final
class Entity:
    """An entity in a text."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def start(self) -> int:
        """The first character."""
    @property
    def end(self) -> int:
        """The character behind the last."""
    @property
    def start_byte(self) -> int: ...
    @property
    def end_byte(self) -> int: ...
    @property
    def probability(self) -> float:
        """That exactly these words are an entity of this kind."""
    def to_dict(self) -> dict[str, Any]: ...

@final
class Ner:
    """A model that finds entities. Threads may share it; none of its methods holds the GIL while it tags."""

    @property
    def types(self) -> list[str]: ...
    def entities(self, text: str) -> list[Entity]:
        """The entities of a text, in order."""
    def entities_of(self, texts: Sequence[str]) -> list[list[Entity]]:
        """The entities of each text; short ones are tagged together."""
    def tags_of(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The tags of sentences that are split into tokens already."""
    def tag_column(self, column: _Array | _Stream) -> pyarrow.ChunkedArray:
        """The entities of each text of a column; null where the text is."""
    def tag_table(self, table: _Array | _Stream, column: str) -> pyarrow.Table:
        """The table with a column `entities` more, of the texts in `column`."""


def load(
    model: str | PathLike[str] | None = None, *, language: str | None = None, threads: int | None = None
) -> Ner:
    """Opens a directory, a packed file or a name on the Hugging Face hub; without a name the model in the box.

    `threads`: so many of its own, 0 for as many as the machine has; by default all models share the machine's.
    Raises `ValueError` for what is no model, `OSError` for what the system or the hub does not give.
    """

def score(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], *, scheme: str | None = None
) -> dict[str, dict[str, float]]:
    """What seqeval's `classification_report(gold, predicted, output_dict=True)` gives.

    With `scheme` (`iob1`, `iob2`, `iobes`), what its `mode="strict"` does.
    """
