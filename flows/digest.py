"""The digest of a night: what came in, what became of it, what waits; as a page with a small chart, and as text.

It holds numbers, ids and our own sentences, and nothing that stands on a form."""

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.ledger_balance import Balance
from pipeline.values import Value

if TYPE_CHECKING:
    from jinja2 import Environment

DAYS = 14
_WIDTH, _HEIGHT, _STRIP = 560, 110, 36


class StepDone(Value):
    """A step of the night and how it went."""

    name: str
    said: str
    good: bool


class Day(Value):
    """One day of the chart: messages that came in, that became ready or flagged, and for how many hours the oldest had
    been waiting when the day was closed (null: none waited)."""

    day: date
    new: int
    ready: int
    flagged: int
    oldest_hours: float | None


class Digest(Value):
    """Everything the digest tells. ``days`` are balances as kept, oldest first, the night's own included."""

    day: date
    at: datetime
    balance: Balance
    steps: tuple[StepDone, ...]
    wrong: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    days: tuple[tuple[date, Balance], ...] = ()

    @property
    def good(self) -> bool:
        """Every step done, the balance exact, nothing wrong between ledger, store and disk."""
        return all(step.good for step in self.steps) and self.balance.exact and not self.wrong

    @property
    def oldest_waiting(self) -> str:
        """How long the oldest message has been waiting, in words."""
        since = self.balance.oldest_waiting
        return "nothing is waiting" if since is None else f"the oldest has waited for {_span(self.balance.at - since)}"

    def chart(self) -> tuple[Day, ...]:
        """The last days, each by its difference from the balance before."""
        return tuple(_days(self.days))[-DAYS:]

    def text(self) -> str:
        """The digest as plain text."""
        return "\n".join(_lines(self)) + "\n"

    def page(self) -> str:
        """The digest as one HTML page, which loads nothing from anywhere."""
        shown = {"digest": self, "bars": tuple(_bars(self.chart())), "size": (_WIDTH, _HEIGHT, _STRIP)}
        return str(_templates().get_template("digest.html").render(**shown))


def write_digest(digest: Digest, folder: Path) -> tuple[Path, Path]:
    """Write page and text under the day's name; a second run of a day takes the place of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    return _written(folder, digest, "html", digest.page()), _written(folder, digest, "txt", digest.text())


def _written(folder: Path, digest: Digest, kind: str, text: str) -> Path:
    path = folder / f"{digest.day.isoformat()}.{kind}"
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    unfinished.write_text(text, "utf-8")
    return unfinished.replace(path)


def _lines(digest: Digest) -> Iterator[str]:
    yield f"SOCIEUX+ intake, {digest.day.isoformat()}: {'all is well' if digest.good else 'SOMETHING NEEDS ATTENTION'}"
    yield ""
    yield from digest.balance.lines()
    yield f"waiting: {digest.oldest_waiting}"
    for title, sentences in (("What is wrong", digest.wrong), ("To be known", digest.notices)):
        if sentences:
            yield from ("", f"{title}:", *(f"- {sentence}" for sentence in sentences))
    if digest.balance.reasons:
        yield from ("", "Ignored or quarantined because:")
        yield from (f"{number:6}  {reason}" for reason, number in digest.balance.reasons.items())
    yield from ("", "The night:")
    yield from (f"- {'' if step.good else 'FAILED: '}{step.name}: {step.said}" for step in digest.steps)
    yield from ("", "day          in  ready  flagged  oldest waiting")
    for day in digest.chart():
        oldest = "-" if day.oldest_hours is None else f"{day.oldest_hours:.1f} h"
        yield f"{day.day.isoformat()} {day.new:4} {day.ready:6} {day.flagged:8}  {oldest}"


def _days(kept: tuple[tuple[date, Balance], ...]) -> Iterator[Day]:
    before = Balance.model_validate({"at": datetime.min, "messages": {}, "files": {}})
    for day, now in kept:
        then, here = before.messages, now.messages
        hours = None if now.oldest_waiting is None else (now.at - now.oldest_waiting).total_seconds() / 3600
        # A message that is read again may leave a side; a day shows what came to it.
        yield Day(
            day=day,
            new=max(0, here.seen - then.seen),
            ready=max(0, here.ready - then.ready),
            flagged=max(0, here.flagged - then.flagged),
            oldest_hours=hours,
        )
        before = now


class _Bar(Value):
    """A bar of the chart, in its pixels."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    told: str


def _bars(days: tuple[Day, ...]) -> Iterator[_Bar]:
    """Three bars a day over a common scale, and below them a strip for the oldest waiting on a scale of its own."""
    most = max((each for day in days for each in (day.new, day.ready, day.flagged)), default=0) or 1
    longest = max((day.oldest_hours or 0 for day in days), default=0) or 1
    step = _WIDTH / max(len(days), 7)
    for place, day in enumerate(days):
        for number, kind in enumerate(("new", "ready", "flagged")):
            count = getattr(day, kind)
            height = _HEIGHT * count / most
            x, told = place * step + number * step / 4, f"{day.day.isoformat()}: {count} {_SAID[kind]}"
            yield _Bar(kind=kind, x=x, y=_HEIGHT - height, width=step / 4 - 1, height=height, told=told)
        if day.oldest_hours is not None:
            height = max(1.0, _STRIP * day.oldest_hours / longest)
            told = f"{day.day.isoformat()}: the oldest had waited for {day.oldest_hours:.1f} hours"
            y = _HEIGHT + 14 + _STRIP - height
            yield _Bar(kind="oldest", x=place * step, y=y, width=step * 3 / 4 - 1, height=height, told=told)


_SAID = {"new": "came in", "ready": "became ready", "flagged": "were flagged"}


def _span(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.1f} hours"


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
