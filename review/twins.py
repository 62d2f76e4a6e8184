"""Two requests beside each other: which answers changed, word by word, and what that makes of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.desk_tables import QUEUE
from pipeline.questions import questions
from pipeline.records import Arrival
from pipeline.twin_judgements import Judgement, Twin, judgement_of, twins_of
from pipeline.word_difference import Difference, Piece, word_difference
from review.current import NO_READING, Current
from review.desk import Desk
from review.field_views import STATES, activities_of, label_of, value_lines
from review.queue_rows import now_of
from review.times import aware, parsed

VERDICTS = {"same": "the same request", "corrected": "a corrected version", "new": "a new request"}
OUTCOMES = {"same": "duplicate_of", "corrected": "new_version_of"}
"""The decision that closes a request on the ground of a verdict; a person takes it, on the page of the two."""


@dataclass(frozen=True)
class TwinRow:
    """A request that looks like the one shown."""

    reference: str
    received_at: datetime
    stage: str
    institution: str
    title: str
    score: int
    reasons: tuple[str, ...]
    judged: Judgement | None


@dataclass(frozen=True)
class Twins:
    """What came in more than once: the same bytes, and other requests that look alike."""

    arrivals: tuple[Arrival, ...]
    rows: tuple[TwinRow, ...]

    @property
    def unjudged(self) -> int:
        """Likes that wait for a person."""
        return sum(row.judged is None for row in self.rows)


@dataclass(frozen=True)
class AnswerDifference:
    """One answer in two requests."""

    key: str
    label: str
    difference: Difference

    @property
    def gone(self) -> int:
        """Words that went."""
        return _words(self.difference, "gone")

    @property
    def new(self) -> int:
        """Words that came."""
        return _words(self.difference, "new")


@dataclass(frozen=True)
class Comparison:
    """Two requests, the earlier and the later; the answers that differ, the names of those that do not."""

    earlier: Current
    later: Current
    came: tuple[datetime | None, datetime | None]
    changed: tuple[AnswerDifference, ...]
    same: tuple[str, ...]
    like: Twin | None
    judged: Judgement | None

    @property
    def decided(self) -> str:
        """Who decided what the two are to each other, in a sentence; empty if nobody did."""
        for one, other in ((self.later, self.earlier), (self.earlier, self.later)):
            decision = one.standing.decision if one.standing else None
            closed = decision is not None and decision.kind == "outcome" and decision.subject in _SAID
            if decision and closed and decision.content == other.record.reference:
                words = f"{one.record.reference} is {_SAID[decision.subject]} {other.record.reference}"
                return f"{decision.made_by} decided: {words}."
        return ""


_SAID = {"duplicate_of": "a duplicate of", "new_version_of": "a new version of"}


def twins(connection: Connection, record_id: str, arrivals: tuple[Arrival, ...]) -> Twins:
    """What the page of a request shows of its likes."""
    found = twins_of(connection, record_id)
    query = select(QUEUE).where(QUEUE.c.record_id.in_([each.record_id for each in found]))
    rows = {row.record_id: row for row in connection.execute(query)} if found else {}
    return Twins(arrivals, tuple(_row(rows[each.record_id], each) for each in found if each.record_id in rows))


def _row(row: object, twin: Twin) -> TwinRow:
    told = row._mapping  # type: ignore[attr-defined]
    return TwinRow(
        told["reference"],
        aware(told["received_at"]),
        told["stage"],
        told["institution"],
        told["title"],
        round(twin.like.score * 100),
        twin.like.reasons,
        twin.judged,
    )


def compare(desk: Desk, connection: Connection, one: str, other: str) -> Comparison:
    """Lay two requests beside each other as they stand now. Raises ``LookupError`` if one is not there."""
    both = sorted((now_of(desk, connection, each) for each in (one, other)), key=_came)
    answers = [_answer(key, both[0], both[1]) for key in questions()]
    told = [each for each in answers if each is not None]
    found = [each for each in twins_of(connection, one, 200) if each.record_id == other]
    return Comparison(
        earlier=both[0],
        later=both[1],
        came=(parsed(both[0].record.source.received_at), parsed(both[1].record.source.received_at)),
        changed=tuple(each for each in told if each.difference.changed),
        same=tuple(each.label for each in told if not each.difference.changed and each.difference.pieces),
        like=found[0] if found else None,
        judged=judgement_of(connection, (one, other)),
    )


def _came(now: Current) -> tuple[float, str]:
    received = parsed(now.record.source.received_at)
    return received.timestamp() if received else 0.0, now.record.record_id


def _answer(key: str, earlier: Current, later: Current) -> AnswerDifference | None:
    before, after = _text(key, earlier), _text(key, later)
    if not before and not after:
        return None
    if before and after:
        return AnswerDifference(key, label_of(key), word_difference(before, after))
    pieces = (Piece("gone", before or _unanswered(key, earlier)), Piece("new", after or _unanswered(key, later)))
    shown = tuple(Piece(piece.change, piece.text[:20_000]) for piece in pieces)
    return AnswerDifference(key, label_of(key), Difference(shown, any(len(each.text) > 20_000 for each in pieces)))


def _text(key: str, now: Current) -> str:
    reading = now.record.fields.get(key, NO_READING)
    rows = [" · ".join(cell for cell in row.model_dump().values() if cell) for row in activities_of(reading.value)]
    text = "\n".join(value_lines(key, reading.value) or rows)
    return text or (reading.raw or "" if reading.state == "answered" else "")


def _unanswered(key: str, now: Current) -> str:
    return f"({STATES[now.record.fields.get(key, NO_READING).state]})"


def _words(difference: Difference, change: str) -> int:
    return sum(len(piece.text.split()) for piece in difference.pieces if piece.change == change)
