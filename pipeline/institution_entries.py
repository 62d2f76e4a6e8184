"""Institutions as requests come in: each request is entered under its institution, and its likes are proposed."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, or_, select, update

from pipeline.institution_judgements import Reasons, keep_pair, reasons_of, settle, told_of
from pipeline.institution_keys import keys_of, sought_by
from pipeline.institution_matching import EDITION, LEAST, Institution, institution_of, joined
from pipeline.institution_tables import (
    INSTITUTION_JUDGEMENTS,
    INSTITUTION_KEYS,
    INSTITUTION_PAIRS,
    INSTITUTION_REQUESTS,
    INSTITUTIONS,
)
from pipeline.open_requests import identity
from pipeline.opening import insert_new
from pipeline.records import Record

CANDIDATES = 60
"""Institutions that are compared with a new one, those that share most keys first."""
PROPOSED = 12
"""Proposals that are kept of them."""
ASKED = 40
"""Requests of one institution that are asked what they tell about it."""


class Entry(NamedTuple):
    """Where a request is entered: its institution, the institution's identity, what the request told."""

    institution: int
    identity: str
    told: str


def enter(connection: Connection, record: Record) -> None:
    """Enter a request under its institution as it stands now; does nothing if it stands there already."""
    before = entry_of(connection, record.record_id)
    told = institution_of(record) if record.disposition != "quarantined" else None
    if told is None:
        if before:
            take_out(connection, record.record_id)
        return
    own, text = identity(record), told.model_dump_json()
    if before and (before.identity, before.told) == (own, text) and _up_to_date(connection, before.institution):
        return
    number = _number(connection, own, told)
    row = {"institution_id": number, "told": text}
    if not insert_new(connection, INSTITUTION_REQUESTS, {"record_id": record.record_id} | row):
        here = INSTITUTION_REQUESTS.c.record_id == record.record_id
        connection.execute(update(INSTITUTION_REQUESTS).where(here).values(**row))
    for each in {number, before.institution if before else number}:
        _bring_up_to_date(connection, each, told if each == number and not before else None)


def entry_of(connection: Connection, record_id: str) -> Entry | None:
    """Where a request is entered, null if nowhere."""
    query = (
        select(INSTITUTION_REQUESTS.c.institution_id, INSTITUTIONS.c.identity, INSTITUTION_REQUESTS.c.told)
        .join(INSTITUTIONS, INSTITUTIONS.c.id == INSTITUTION_REQUESTS.c.institution_id)
        .where(INSTITUTION_REQUESTS.c.record_id == record_id)
    )
    row = connection.execute(query).first()
    return Entry(row.institution_id, row.identity, row.told) if row else None


def take_out(connection: Connection, record_id: str, forget: bool = False) -> None:
    """Enter a request nowhere. ``forget``: of an institution that no other request names, the name goes too."""
    before = entry_of(connection, record_id)
    if before is None:
        return
    connection.execute(delete(INSTITUTION_REQUESTS).where(INSTITUTION_REQUESTS.c.record_id == record_id))
    _bring_up_to_date(connection, before.institution)
    here = INSTITUTION_REQUESTS.c.institution_id == before.institution
    if forget and connection.execute(select(INSTITUTION_REQUESTS.c.record_id).where(here)).first() is None:
        silent = {"told": Institution(name="").model_dump_json(), "identity": f"removed {before.institution}"}
        connection.execute(update(INSTITUTIONS).where(INSTITUTIONS.c.id == before.institution).values(**silent))
        pairs, number = INSTITUTION_PAIRS, before.institution
        mine = or_(pairs.c.first_id == number, pairs.c.second_id == number)
        connection.execute(update(pairs).where(mine).values(reasons=Reasons(told=()).model_dump_json()))


def _number(connection: Connection, own: str, told: Institution) -> int:
    """The number of an institution, which is made if it is new."""
    query = select(INSTITUTIONS.c.id).where(INSTITUTIONS.c.identity == own)
    if (found := connection.execute(query).scalar()) is None:
        row = {"identity": own, "told": told.model_dump_json(), "country": told.country, "group_id": 0, "edition": 0}
        insert_new(connection, INSTITUTIONS, row)
        found = connection.execute(query).scalar()
        alone = INSTITUTIONS.c.id == found, INSTITUTIONS.c.group_id == 0
        connection.execute(update(INSTITUTIONS).where(*alone).values(group_id=found))
    assert found is not None
    return int(found)


def _up_to_date(connection: Connection, number: int) -> bool:
    query = select(INSTITUTIONS.c.edition).where(INSTITUTIONS.c.id == number)
    return connection.execute(query).scalar() == EDITION


def _bring_up_to_date(connection: Connection, number: int, added: Institution | None = None) -> None:
    """What all requests tell of an institution, its keys and its likes; ``added``: one request more, none gone."""
    # Two who enter requests of one institution at once take turns (SQLite lets only one write anyway).
    row = connection.execute(select(INSTITUTIONS).where(INSTITUTIONS.c.id == number).with_for_update()).one()
    known = Institution.model_validate_json(row.told)
    if row.edition == EDITION and added and joined(known, added) == known:
        return
    told = _told_by_requests(connection, number)
    if told == known and row.edition == EDITION:
        return
    values = {"told": (told or known).model_dump_json(), "edition": EDITION}
    connection.execute(update(INSTITUTIONS).where(INSTITUTIONS.c.id == number).values(**values))
    _write_keys(connection, number, keys_of(told) if told else ())
    _propose(connection, number, told)


def _told_by_requests(connection: Connection, number: int) -> Institution | None:
    query = select(INSTITUTION_REQUESTS.c.told).where(INSTITUTION_REQUESTS.c.institution_id == number)
    rows = connection.execute(query.order_by(INSTITUTION_REQUESTS.c.record_id).limit(ASKED)).scalars().all()
    told: Institution | None = None
    for text in rows:
        each = Institution.model_validate_json(text)
        told = joined(told, each) if told else joined(each, each)
    return told


def _write_keys(connection: Connection, number: int, keys: Iterable[str]) -> None:
    connection.execute(delete(INSTITUTION_KEYS).where(INSTITUTION_KEYS.c.institution_id == number))
    rows = [{"key": key[:60], "institution_id": number} for key in sorted({key[:60] for key in keys})]
    if rows:
        connection.execute(INSTITUTION_KEYS.insert(), rows)


def _propose(connection: Connection, number: int, told: Institution | None) -> None:
    """Compare with those that share keys; what nobody judged and no longer fits goes."""
    others = told_of(connection, _candidates(connection, number, told)) if told else {}
    scored = sorted(((*reasons_of(told, other), each) for each, other in others.items()), key=_by_score) if told else []
    best = [(score, reasons, each) for score, reasons, each in scored if score >= LEAST][:PROPOSED]
    _drop_pairs(connection, number, {each for _, _, each in best})
    for score, reasons, each in best:
        keep_pair(connection, number, each, score, reasons)
    if best:
        settle(connection, (number,))


def _by_score(scored: tuple[float, object, int]) -> tuple[float, int]:
    return -scored[0], scored[2]


def _candidates(connection: Connection, number: int, told: Institution) -> list[int]:
    keys, own = INSTITUTION_KEYS, tuple(key[:60] for key in sought_by(told))
    query = (
        select(keys.c.institution_id)
        .where(keys.c.key.in_(own), keys.c.institution_id != number)
        .group_by(keys.c.institution_id)
        .order_by(func.count().desc(), keys.c.institution_id)
        .limit(CANDIDATES)
    )
    return list(connection.execute(query).scalars())


def _drop_pairs(connection: Connection, number: int, kept: set[int]) -> None:
    pairs, told = INSTITUTION_PAIRS, INSTITUTION_JUDGEMENTS
    judged = select(told.c.id).where(told.c.first_id == pairs.c.first_id, told.c.second_id == pairs.c.second_id)
    mine = or_(
        (pairs.c.first_id == number) & pairs.c.second_id.not_in(kept),
        (pairs.c.second_id == number) & pairs.c.first_id.not_in(kept),
    )
    connection.execute(delete(pairs).where(mine, ~judged.exists()))
