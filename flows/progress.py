"""How far a long run is, on standard error: a bar on a terminal, now and then a line elsewhere."""

import sys
from collections.abc import Iterator
from typing import TypeVar

Made = TypeVar("Made")

MANY = 50
"""From so many files on a run that nobody watches says how far it is."""


def told(records: Iterator[Made], total: int) -> Iterator[Made]:
    """The same records, with progress said beside."""
    if sys.stderr.isatty() and total > 1:
        yield from _bar(records, total)
    elif total >= MANY:
        yield from _lines(records, total)
    else:
        yield from records


def _bar(records: Iterator[Made], total: int) -> Iterator[Made]:
    from rich.console import Console
    from rich.progress import track

    yield from track(records, "Reading forms", total=total, console=Console(stderr=True), transient=True)


def _lines(records: Iterator[Made], total: int) -> Iterator[Made]:
    step = max(total // 10, 1)
    for done, record in enumerate(records, start=1):
        yield record
        if done % step == 0 or done == total:
            print(f"{done} of {total} files done", file=sys.stderr)
