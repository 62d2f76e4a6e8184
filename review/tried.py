"""How answers fared of which the machine was as sure: counted from what persons said of them, for the words beside a
probability."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, func, select

from pipeline.figure_tables import VERDICTS

ANEW = timedelta(minutes=5)
"""So long a count is good enough; with many verdicts, counting takes longer than the rest of a page."""
Counts = dict[tuple[str, int], tuple[int, int]]
"""By question and tenth of the probability: how many answers were looked at, how many of them were right."""


@dataclass
class Tried:
    """The counts, taken anew now and then."""

    _counts: Counts = field(default_factory=dict)
    _at: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def counts(self, reading: Callable[[], AbstractContextManager[Connection]], now: datetime) -> Counts:
        """The counts of today, give or take some minutes; a connection is opened only to take them anew."""
        with self._lock:
            if self._at is None or not timedelta() <= now - self._at < ANEW:
                with reading() as connection:
                    self._counts, self._at = _counted(connection), now
            return self._counts


def in_words(counts: Counts, key: str, confidence: float | None) -> str:
    """A sentence on the answers to a question that were as sure; empty where nobody has looked at any."""
    looked, right = counts.get((key, min(9, int((confidence or 0) * 10))), (0, 0))
    if confidence is None or not looked:
        return ""
    low = min(9, int(confidence * 10)) * 10
    were = f"{looked} answer{'s' if looked > 1 else ''} to this question between {low} and {low + 10} %"
    return f" Of {were} that people have looked at, {right} {'was' if right == 1 else 'were'} right."


def _counted(connection: Connection) -> Counts:
    right = func.sum(case((VERDICTS.c.agreed, 1), else_=0))
    here = VERDICTS.c.kind == "field", VERDICTS.c.tenth.is_not(None)
    query = select(VERDICTS.c.subject, VERDICTS.c.tenth, func.count(), right).where(*here)
    rows = connection.execute(query.group_by(VERDICTS.c.subject, VERDICTS.c.tenth))
    return {(str(subject), int(tenth)): (int(looked), int(right)) for subject, tenth, looked, right in rows}
