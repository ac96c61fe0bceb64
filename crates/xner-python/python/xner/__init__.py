"""Named entities in many languages, by xner."""

from ._xner import Entity, Ner, load, score

__all__ = ["Entity", "Ner", "load", "score"]
