"""What persons judged about two institutions: kept, taken back, and carried over to the groups it makes."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import Connection, func, or_, select, update

from pipeline.institution_groups import Judged, Judgement, against, grouped, state_of
from pipeline.institution_matching import Institution, likeness
from pipeline.institution_tables import INSTITUTION_JUDGEMENTS, INSTITUTION_PAIRS, INSTITUTIONS
from pipeline.opening import insert_new
from pipeline.values import Value

_LOCK = 7_403_319
"""One person judges at a time, on PostgreSQL; SQLite lets only one write anyway."""


class Kept(NamedTuple):
    """A judgement in force, who made it and when."""

    judged: Judged
    made_by: str
    made_at: datetime


class Contradiction(Exception):
    """A judgement that cannot stand beside earlier ones, which it names."""

    def __init__(self, kept: tuple[Kept, ...]) -> None:
        super().__init__("This contradicts what was judged before.")
        self.kept = kept


class Reasons(Value):
    """Why two institutions are shown, as kept beside the pair."""

    told: tuple[tuple[str, bool], ...]


def judge(
    connection: Connection,
    pair: tuple[int, int],
    judgement: Judgement | Literal["revoked"],
    made_by: str,
    made_at: datetime,
) -> frozenset[int]:
    """Keep a judgement about two institutions; gives all institutions whose groups it touches.

    Raises ``LookupError`` if there is no such pair or nothing to take back, ``Contradiction`` if it cannot stand."""
    _hold(connection)
    first, second = sorted(pair)
    before = members(connection, (first, second))
    if first == second or not {first, second} <= before.keys():
        raise LookupError(pair)
    kept = in_force(connection, before)
    own = [each for each in kept if each.judged[:2] == (first, second)]
    if judgement == "revoked":
        if not own:
            raise LookupError(pair)
    else:
        _refuse(Judged(first, second, judgement), kept, before)
    row = {"first_id": first, "second_id": second, "judgement": judgement, "made_by": made_by, "made_at": made_at}
    connection.execute(INSTITUTION_JUDGEMENTS.insert(), row)
    _pair(connection, first, second)
    regroup(connection, before)
    return frozenset(before)


def _hold(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _refuse(wanted: Judged, kept: tuple[Kept, ...], group: dict[int, int]) -> None:
    clash = against(wanted, [each.judged for each in kept], group)
    if clash:
        raise Contradiction(tuple(each for each in kept if each.judged in clash))


def members(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    """Every institution of the groups that some institutions belong to, and its group."""
    own = select(INSTITUTIONS.c.group_id).where(INSTITUTIONS.c.id.in_(tuple(ids)))
    query = select(INSTITUTIONS.c.id, INSTITUTIONS.c.group_id).where(INSTITUTIONS.c.group_id.in_(own))
    return {row.id: row.group_id for row in connection.execute(query)}


def in_force(connection: Connection, ids: Collection[int]) -> tuple[Kept, ...]:
    """The judgements in force about some institutions, oldest first."""
    table = INSTITUTION_JUDGEMENTS
    touching = or_(table.c.first_id.in_(tuple(ids)), table.c.second_id.in_(tuple(ids)))
    newest = select(func.max(table.c.id)).where(touching).group_by(table.c.first_id, table.c.second_id)
    query = select(table).where(table.c.id.in_(newest), table.c.judgement != "revoked").order_by(table.c.id)
    return tuple(
        Kept(Judged(row.first_id, row.second_id, row.judgement), row.made_by, row.made_at)
        for row in connection.execute(query)
    )


def regroup(connection: Connection, ids: Collection[int]) -> None:
    """Work out the groups of some institutions anew and say of each proposal about them where it stands."""
    judged = [each.judged for each in in_force(connection, ids)]
    group = grouped(judged, sorted(ids))
    for each, own in group.items():
        here = INSTITUTIONS.c.id == each, INSTITUTIONS.c.group_id != own
        connection.execute(update(INSTITUTIONS).where(*here).values(group_id=own))
    settle(connection, ids)


def settle(connection: Connection, ids: Collection[int]) -> None:
    """Say of each proposal about some institutions where it stands."""
    pairs = INSTITUTION_PAIRS
    touching = or_(pairs.c.first_id.in_(tuple(ids)), pairs.c.second_id.in_(tuple(ids)))
    rows = connection.execute(select(pairs.c.id, pairs.c.first_id, pairs.c.second_id, pairs.c.state).where(touching))
    found = rows.all()
    if not found:
        return
    around = members(connection, {each for row in found for each in (row.first_id, row.second_id)})
    judged = [each.judged for each in in_force(connection, around)]
    for row in found:
        state = state_of((row.first_id, row.second_id), judged, around)
        if state != row.state:
            connection.execute(update(pairs).where(pairs.c.id == row.id).values(state=state))


def told_of(connection: Connection, ids: Collection[int]) -> dict[int, Institution]:
    """What is known of some institutions."""
    query = select(INSTITUTIONS.c.id, INSTITUTIONS.c.told).where(INSTITUTIONS.c.id.in_(tuple(ids)))
    return {row.id: Institution.model_validate_json(row.told) for row in connection.execute(query)}


def keep_pair(connection: Connection, first: int, second: int, score: float, reasons: Reasons) -> None:
    """Keep a proposal, or its new score and reasons."""
    row: dict[str, object] = {"score": score, "reasons": reasons.model_dump_json()}
    pair = {"first_id": min(first, second), "second_id": max(first, second)}
    if not insert_new(connection, INSTITUTION_PAIRS, {**pair, **row, "state": "open"}):
        here = [INSTITUTION_PAIRS.c[name] == value for name, value in pair.items()]
        connection.execute(update(INSTITUTION_PAIRS).where(*here).values(**row))


def reasons_of(first: Institution, second: Institution) -> tuple[float, Reasons]:
    """The score of two institutions and its reasons, as they are kept."""
    like = likeness(first, second)
    return like.score, Reasons(told=tuple((each.words, each.speaks_for) for each in like.reasons))


def _pair(connection: Connection, first: int, second: int) -> None:
    """A pair that a person judged is among the proposals, also where the machine found none."""
    here = INSTITUTION_PAIRS.c.first_id == first, INSTITUTION_PAIRS.c.second_id == second
    if connection.execute(select(INSTITUTION_PAIRS.c.id).where(*here)).scalar() is None:
        told = told_of(connection, (first, second))
        keep_pair(connection, first, second, *reasons_of(told[first], told[second]))
