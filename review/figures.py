"""The figures of the desk, asked from the store: weeks, waiting, time, flags, agreement, calibration."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import sqrt
from statistics import median
from typing import NamedTuple, get_args

from sqlalchemy import Connection, case, func, select

from classifiers.rules import RULES
from pipeline.desk_tables import QUEUE
from pipeline.figure_tables import COURSES, RAISED, VERDICTS
from pipeline.questions import ValueKind, questions
from pipeline.records import Disposition, Language
from review.course import monday
from review.times import aware

LEAST = 10
"""Below so many cases a share says nothing: it is not drawn, and no per cent is given."""
WEEKS = 12
LANGUAGES: tuple[Language, ...] = get_args(Language)
DISPOSITIONS: tuple[Disposition, ...] = get_args(Disposition)
GROUPS: dict[str, tuple[ValueKind, ...]] = {
    "Names and lines": ("line",),
    "Long texts": ("text",),
    "Ticks": ("choice", "choices", "languages"),
    "Countries, addresses, dates, months": ("country", "email", "phone", "date", "months"),
    "Tables and lists": ("activities", "list"),
}
"""Answers that are read alike are looked at together."""
THEME = "Theme"


@dataclass(frozen=True)
class Part:
    """So many of so many."""

    part: int
    of: int

    @property
    def enough(self) -> bool:
        """Whether a share may be given."""
        return self.of >= LEAST

    @property
    def share(self) -> float:
        """The share, 0 to 1; 0 of nothing."""
        return self.part / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies, 95 times in 100 (Wilson's interval)."""
        return wilson(self.part, self.of)


@dataclass(frozen=True)
class Week:
    """A week by its Monday: what came in and as what it came out, what was decided, and how long that took."""

    start: date
    came: dict[str, int]
    decided: int
    minutes: float | None
    days: float | None

    @property
    def received(self) -> int:
        """All that came in."""
        return sum(self.came.values())


@dataclass(frozen=True)
class Waiting:
    """How many requests stand in a stage, and since when the oldest."""

    stage: str
    number: int
    since: datetime


@dataclass(frozen=True)
class Took:
    """The median of the decided requests of the last weeks, and of how many."""

    minutes: float | None
    timed: int
    days: float | None
    decided: int


@dataclass(frozen=True)
class FlagFigure:
    """A kind of point to look at: on how many requests, and what came of those that persons settled."""

    code: str
    raised: int
    nothing: int
    changed: int
    stood: int

    @property
    def settled(self) -> int:
        """How many a person has settled."""
        return self.nothing + self.changed + self.stood

    @property
    def for_nothing(self) -> Part:
        """How many of those came to nothing."""
        return Part(self.nothing, self.settled)

    @property
    def remark(self) -> str:
        """What the numbers bear out, and no more."""
        low, high = self.for_nothing.interval
        if not self.for_nothing.enough:
            return f"fewer than {LEAST}: nothing can be said"
        return "mostly for nothing" if low > 0.5 else "mostly useful" if high < 0.5 else "not clear yet"


@dataclass(frozen=True)
class Agreement:
    """How often persons agreed with the machine on a question, a rule or the theme, by language and in all."""

    name: str
    by_language: dict[str, Part]

    @property
    def all(self) -> Part:
        """In all languages together."""
        parts = self.by_language.values()
        return Part(sum(each.part for each in parts), sum(each.of for each in parts))


@dataclass(frozen=True)
class Step:
    """A tenth of the probabilities: what the machine said on average, and how often persons agreed."""

    tenth: int
    said: float
    confirmed: Part


@dataclass(frozen=True)
class Calibration:
    """Said against confirmed for a group of questions."""

    group: str
    steps: tuple[Step, ...]

    @property
    def number(self) -> int:
        """How many answers."""
        return sum(step.confirmed.of for step in self.steps)

    @property
    def error(self) -> float:
        """How far what was said lies from what was confirmed, on average (expected calibration error)."""
        gaps = (abs(step.said - step.confirmed.share) * step.confirmed.of for step in self.steps)
        return sum(gaps) / self.number if self.number else 0.0


@dataclass(frozen=True)
class _Lengths:
    """The minutes worked and the days passed, of each request that was decided."""

    minutes: list[float] = field(default_factory=list)
    days: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Whole:
    """Of the forms on which persons settled every answer: how many there are, and how many answers stayed as read.
    Nothing was picked out there, so this is what can be said of all answers."""

    forms: int
    kept: Part


@dataclass(frozen=True)
class Figures:
    """All of it."""

    requests: int
    weeks: tuple[Week, ...]
    waiting: tuple[Waiting, ...]
    took: Took
    flags: tuple[FlagFigure, ...]
    whole: Whole
    fields: tuple[Agreement, ...]
    checks: tuple[Agreement, ...]
    theme: tuple[Agreement, ...]
    calibration: tuple[Calibration, ...]


def figures(connection: Connection, now: datetime) -> Figures:
    """The figures as they stand."""
    first = monday(now - timedelta(weeks=WEEKS - 1))
    verdicts, decided = _verdicts(connection), _lengths(connection, first)
    agreed = _agreement(verdicts)
    return Figures(
        requests=connection.execute(select(func.count()).select_from(COURSES)).scalar() or 0,
        weeks=_weeks(connection, first, decided),
        waiting=_waiting(connection),
        took=_took(decided),
        flags=_flags(connection),
        whole=_whole(connection),
        fields=tuple(agreed["field", key] for key in questions() if ("field", key) in agreed),
        checks=tuple(agreed["check", rule] for rule in RULES if ("check", rule) in agreed),
        theme=tuple(agreed["theme", part] for part in ("area", "topics") if ("theme", part) in agreed),
        calibration=_calibration(verdicts),
    )


def wilson(part: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval for a share: honest also for few cases and at the ends; (0, 1) without any case."""
    if not of:
        return 0.0, 1.0
    share, spread = part / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _weeks(connection: Connection, first: str, decided: dict[str, _Lengths]) -> tuple[Week, ...]:
    came: dict[str, dict[str, int]] = defaultdict(dict)
    by_week = select(COURSES.c.week, COURSES.c.disposition, func.count()).where(COURSES.c.week >= first)
    for week, disposition, number in connection.execute(by_week.group_by(COURSES.c.week, COURSES.c.disposition)):
        came[week][disposition] = number
    starts = [date.fromisoformat(first) + timedelta(weeks=place) for place in range(WEEKS)]
    lengths = [(start, decided.get(start.isoformat(), _Lengths())) for start in starts]
    return tuple(
        Week(start, came[start.isoformat()], len(each.days), _median(each.minutes), _median(each.days))
        for start, each in lengths
    )


def _lengths(connection: Connection, first: str) -> dict[str, _Lengths]:
    """How long each decided request took, by the week of its decision. Medians are found here: a database that must
    number every row for them takes four times as long."""
    columns = (COURSES.c.decided_week, COURSES.c.minutes, COURSES.c.days)
    found: dict[str, _Lengths] = defaultdict(_Lengths)
    for week, minutes, days in connection.execute(select(*columns).where(COURSES.c.decided_week >= first)):
        found[week].days.append(days or 0.0)
        if minutes is not None:
            found[week].minutes.append(minutes)
    return found


def _took(decided: dict[str, _Lengths]) -> Took:
    minutes = [length for each in decided.values() for length in each.minutes]
    days = [length for each in decided.values() for length in each.days]
    return Took(_median(minutes), len(minutes), _median(days), len(days))


def _median(lengths: list[float]) -> float | None:
    return median(lengths) if lengths else None


def _waiting(connection: Connection) -> tuple[Waiting, ...]:
    query = select(QUEUE.c.stage, func.count(), func.min(QUEUE.c.received_at)).group_by(QUEUE.c.stage)
    rows = {stage: (number, since) for stage, number, since in connection.execute(query)}
    order = ("flagged", "ready", "waiting", "quarantined")
    return tuple(Waiting(stage, rows[stage][0], aware(rows[stage][1])) for stage in order if stage in rows)


def _whole(connection: Connection) -> Whole:
    sums = select(func.count(), func.sum(COURSES.c.answers), func.sum(COURSES.c.kept)).where(COURSES.c.complete)
    forms, answers, kept = connection.execute(sums).one()
    return Whole(forms, Part(kept or 0, answers or 0))


def _flags(connection: Connection) -> tuple[FlagFigure, ...]:
    """What came to nothing most often stands first."""
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    query = select(RAISED.c.code, RAISED.c.came_to, func.count()).group_by(RAISED.c.code, RAISED.c.came_to)
    for code, came_to, number in connection.execute(query):
        counted[code][came_to] = number
    found = [
        FlagFigure(code, sum(told.values()), told.get("nothing", 0), told.get("changed", 0), told.get("stood", 0))
        for code, told in counted.items()
    ]
    return tuple(sorted(found, key=lambda each: (not each.for_nothing.enough, -each.for_nothing.share, -each.raised)))


class _Told(NamedTuple):
    """Verdicts on one subject in one language and tenth: how many, the sum of what was said, how many agreed."""

    kind: str
    subject: str
    language: str
    tenth: int | None
    number: int
    said: float | None
    agreed: int


def _verdicts(connection: Connection) -> list[_Told]:
    """All verdicts, gone through once."""
    agreed = func.sum(case((VERDICTS.c.agreed, 1), else_=0))
    columns = (VERDICTS.c.kind, VERDICTS.c.subject, VERDICTS.c.language, VERDICTS.c.tenth)
    query = select(*columns, func.count(), func.sum(VERDICTS.c.said), agreed).group_by(*columns)
    return [_Told(*row) for row in connection.execute(query)]


def _agreement(verdicts: Iterable[_Told]) -> dict[tuple[str, str], Agreement]:
    """By kind and subject."""
    found: dict[tuple[str, str], dict[str, Part]] = defaultdict(dict)
    for told in verdicts:
        by_language = found[told.kind, told.subject]
        before = by_language.get(told.language, Part(0, 0))
        by_language[told.language] = Part(before.part + told.agreed, before.of + told.number)
    return {(kind, subject): Agreement(subject, by) for (kind, subject), by in found.items()}


def _calibration(verdicts: Iterable[_Told]) -> tuple[Calibration, ...]:
    groups: dict[str, dict[int, list[_Told]]] = {group: defaultdict(list) for group in (*GROUPS, THEME)}
    for told in verdicts:
        if told.tenth is not None:
            groups[_group_of(told.kind, told.subject)][told.tenth].append(told)
    return tuple(
        Calibration(group, tuple(_step(tenth, steps[tenth]) for tenth in sorted(steps)))
        for group, steps in groups.items()
    )


def _step(tenth: int, told: Sequence[_Told]) -> Step:
    number = sum(each.number for each in told)
    said = sum(each.said or 0.0 for each in told)
    return Step(tenth, said / number, Part(sum(each.agreed for each in told), number))


def _group_of(kind: str, subject: str) -> str:
    if kind != "field" or subject not in questions():
        return THEME
    return next(group for group, kinds in GROUPS.items() if questions()[subject].kind in kinds)
