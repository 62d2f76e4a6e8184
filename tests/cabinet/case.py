"""One drawer of the cabinet: a line of the list of faults, a maker of the file, and the ends that are right for it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline.records import FieldContent, State

FORMS = Path(__file__).resolve().parents[2] / "sample_forms"
QUARANTINED, REVIEW, ACCEPT = {"quarantined"}, {"quarantined", "flagged"}, {"ready", "flagged"}


class Case(NamedTuple):
    """``codes``: one of them is among the flags; ``without``: none of them is. ``says`` are values of answers,
    ``stands`` are states, ``told`` are words that must stand in the flags' messages."""

    line: str
    make: Callable[[], bytes]
    ends: set[str]
    codes: set[str] = set()
    without: set[str] = set()
    says: Mapping[str, FieldContent] = {}
    stands: Mapping[str, State] = {}
    told: tuple[str, ...] = ()


def form(name: str) -> bytes:
    """One of the sample forms."""
    return (FORMS / name).read_bytes()
