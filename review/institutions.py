"""Institutions as the desk shows them: their names and requests, what may be the same, and who judged it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, func, or_, select

from pipeline.desk_tables import QUEUE
from pipeline.institution_entries import entry_of
from pipeline.institution_judgements import Kept, Reasons, in_force, members, told_of
from pipeline.institution_matching import Institution
from pipeline.institution_tables import INSTITUTION_PAIRS, INSTITUTION_REQUESTS, INSTITUTIONS
from pipeline.records import Check, Record
from review.times import aware

JUDGED_WORDS = {"same": "the same", "not_same": "not the same", "undecided": "undecided"}
SHOWN = 20
"""Requests and proposals on the page of one request; the institution's own page has more."""
ON_ITS_PAGE = 200
_OPEN_FIRST = ("waiting", "ready", "flagged")


@dataclass(frozen=True)
class Side:
    """One of two institutions: as it writes itself, and how many requests it has sent."""

    id: int
    group: int
    told: Institution
    requests: int

    @property
    def name(self) -> str:
        """The name as written; a forgotten one has none."""
        return self.told.name[:300] or "(name not read or removed)"


@dataclass(frozen=True)
class Proposal:
    """Two institutions that may be one, why, and what was judged."""

    id: int
    first: Side
    second: Side
    score: int
    reasons: tuple[tuple[str, bool], ...]
    state: str
    judged: Kept | None


@dataclass(frozen=True)
class OtherRequest:
    """A request of the same institution."""

    reference: str
    received_at: datetime
    stage: str
    outcome: str
    title: str
    institution: str


@dataclass(frozen=True)
class Requests:
    """Requests of an institution, open ones first, each in the order they came; how many there are."""

    shown: tuple[OtherRequest, ...]
    all: int
    open: int


@dataclass(frozen=True)
class Panel:
    """What the page of a request shows about its institution."""

    number: int
    names: tuple[Side, ...]
    requests: Requests
    proposals: tuple[Proposal, ...]
    check: Check | None

    @property
    def unjudged(self) -> int:
        """Proposals that wait for a person."""
        return sum(each.state == "open" for each in self.proposals)


def panel(connection: Connection, record: Record) -> Panel | None:
    """The institution of a request; null if nothing is known to know it by."""
    entry = entry_of(connection, record.record_id)
    if entry is None:
        return None
    group = members(connection, (entry.institution,))
    pairs = proposals_about(connection, group, SHOWN)
    asked = [check for check in record.eligibility.checks if check.rule == "one_action_at_a_time"]
    return Panel(
        number=entry.institution,
        names=tuple(sides(connection, group).values()),
        requests=requests_of(connection, group, SHOWN, record.record_id),
        proposals=_once(each for each in pairs if each.state in ("open", "undecided")),
        check=asked[0] if asked else None,
    )


def _once(pairs: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """Of several proposals between the same two groups only the likeliest: one judgement settles them all."""
    found: dict[frozenset[int], Proposal] = {}
    for each in pairs:
        found.setdefault(frozenset((each.first.group, each.second.group)), each)
    return tuple(found.values())


def sides(connection: Connection, ids: Collection[int]) -> dict[int, Side]:
    """Institutions by number, the lowest number first."""
    told, table = told_of(connection, ids), INSTITUTION_REQUESTS
    counted = select(table.c.institution_id, func.count()).where(table.c.institution_id.in_(tuple(ids)))
    counts = {row[0]: row[1] for row in connection.execute(counted.group_by(table.c.institution_id))}
    group = members(connection, ids)
    return {each: Side(each, group[each], told[each], counts.get(each, 0)) for each in sorted(told)}


def requests_of(connection: Connection, ids: Collection[int], most: int, without: str = "") -> Requests:
    """The requests of some institutions."""
    entered = select(INSTITUTION_REQUESTS.c.record_id).where(INSTITUTION_REQUESTS.c.institution_id.in_(tuple(ids)))
    here = QUEUE.c.record_id.in_(entered), QUEUE.c.record_id != without
    stages = select(QUEUE.c.stage, func.count()).where(*here).group_by(QUEUE.c.stage)
    counts = {row[0]: row[1] for row in connection.execute(stages)}
    decided = (QUEUE.c.stage == "decided").label("decided")
    query = select(QUEUE).where(*here).order_by(decided, QUEUE.c.received_at, QUEUE.c.record_id).limit(most)
    shown = tuple(_other(row) for row in connection.execute(query))
    return Requests(shown, sum(counts.values()), sum(counts.get(stage, 0) for stage in _OPEN_FIRST))


def _other(row: Row[tuple[object, ...]]) -> OtherRequest:
    told = row._mapping
    received, institution = aware(told["received_at"]), str(told["institution"])
    return OtherRequest(told["reference"], received, told["stage"], told["outcome"], told["title"], institution)


def proposals(connection: Connection, state: str, page: int, size: int) -> tuple[Proposal, ...]:
    """One page of proposals, the likeliest first."""
    pairs = INSTITUTION_PAIRS
    query = select(pairs).where(pairs.c.state == state).order_by(pairs.c.score.desc(), pairs.c.id)
    return _proposals(connection, query.limit(size).offset((page - 1) * size))


def counts(connection: Connection) -> dict[str, int]:
    """How many proposals wait, are undecided, are judged, or follow from others."""
    query = select(INSTITUTION_PAIRS.c.state, func.count()).group_by(INSTITUTION_PAIRS.c.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def proposals_about(connection: Connection, ids: Iterable[int], most: int) -> tuple[Proposal, ...]:
    """The proposals that some institutions are part of, the likeliest first."""
    pairs, wanted = INSTITUTION_PAIRS, tuple(ids)
    about = or_(pairs.c.first_id.in_(wanted), pairs.c.second_id.in_(wanted))
    return _proposals(connection, select(pairs).where(about).order_by(pairs.c.score.desc(), pairs.c.id).limit(most))


def _proposals(connection: Connection, query: Select[tuple[object, ...]]) -> tuple[Proposal, ...]:
    rows: Sequence[Row[tuple[object, ...]]] = connection.execute(query).all()
    if not rows:
        return ()
    known = sides(connection, {each for row in rows for each in (row.first_id, row.second_id)})
    judged = {kept.judged[:2]: kept for kept in in_force(connection, {row.first_id for row in rows})}
    return tuple(
        Proposal(
            id=row.id,
            first=known[row.first_id],
            second=known[row.second_id],
            score=round(row.score * 100),
            reasons=Reasons.model_validate_json(row.reasons).told,
            state=row.state,
            judged=judged.get((row.first_id, row.second_id)),
        )
        for row in rows
    )


def institution_behind(connection: Connection, record_id: str) -> int | None:
    """The number of the institution a request is entered under."""
    entry = entry_of(connection, record_id)
    return entry.institution if entry else None


def exists(connection: Connection, number: int) -> bool:
    """True if there is such an institution."""
    return connection.execute(select(INSTITUTIONS.c.id).where(INSTITUTIONS.c.id == number)).first() is not None
