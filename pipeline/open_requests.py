"""Requests of one institution that nobody has closed: the guide carries out one action at a time (section 2.1)."""

import zlib
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from pipeline.folding import fold
from pipeline.institution_kin import Kin, kin_under
from pipeline.records import Record
from pipeline.tables import DECISIONS, RECORDS, REQUESTS

_IN_TURN = 7_403
"""The number that our locks of institutions have in common, on PostgreSQL."""


def other_open_requests(connection: Connection, record: Record, kin: Kin | None = None) -> tuple[str, ...]:
    """References of the same institution's requests that nobody has closed, other bytes only; with those of its other
    names, where persons judged that it is the same, and without those of which they judged that it is not."""
    name, country = institution_key(record)
    kin = kin_of(connection, record) if kin is None else kin
    found = _open(connection, record, RECORDS.c.record_id.in_(kin.same)) if kin.same else {}
    if name:
        found |= _open(connection, record, and_(*_named(name, country)))
    return tuple(found[each] for each in sorted(found) if each[1] not in kin.apart)


def kin_of(connection: Connection, record: Record) -> Kin:
    """What persons judged about the record's institution."""
    return kin_under(connection, record.record_id, identity(record))


def _named(name: str, country: str | None) -> tuple[ColumnElement[bool], ...]:
    return RECORDS.c.institution == name, RECORDS.c.country.is_not_distinct_from(country)


def _open(connection: Connection, record: Record, which: ColumnElement[bool]) -> dict[tuple[datetime, str], str]:
    """References of open requests, by when they came and their ids."""
    later = RECORDS.alias("later")
    read_anew = exists().where(later.c.record_id == RECORDS.c.record_id, later.c.id > RECORDS.c.id)
    query = (
        select(REQUESTS.c.created_at, REQUESTS.c.record_id, REQUESTS.c.reference)
        .join(RECORDS, RECORDS.c.record_id == REQUESTS.c.record_id)
        .where(which, RECORDS.c.disposition != "quarantined", REQUESTS.c.record_id != record.record_id)
        .where(~read_anew, _last("outcome") <= _last("reopen"))
    )
    return {(row.created_at, row.record_id): row.reference for row in connection.execute(query)}


def _last(kind: str) -> ColumnElement[int]:
    """The number of a request's last decision of a kind, 0 if there is none."""
    here = DECISIONS.c.record_id == REQUESTS.c.record_id, DECISIONS.c.kind == kind
    return func.coalesce(select(func.max(DECISIONS.c.id)).where(*here).scalar_subquery(), 0)


def institution_key(record: Record) -> tuple[str, str | None]:
    """The requesting institution as requests are compared: its name folded, and its country."""
    name, country = record.fields.get("institution_name"), record.fields.get("institution_country")
    return (
        fold(name.value) if name and isinstance(name.value, str) else "",
        country.value if country and isinstance(country.value, str) else None,
    )


def identity(record: Record) -> str:
    """What tells an institution from others without any judgement: name and country; where one of the two is missing,
    the single request."""
    name, country = institution_key(record)
    told = f"{name}|{country}" if name and country else f"?|{record.record_id}"
    return sha256(told.encode()).hexdigest()


def wait_for_turn(connection: Connection, records: Iterable[Record]) -> None:
    """Until this transaction ends nobody else ends one about the same institutions: else two requests that come in at
    the same moment would not see each other. SQLite lets only one write at a time anyway."""
    if connection.dialect.name != "postgresql":
        return
    keys = {key for record in records if (key := institution_key(record))[0]}
    for number in sorted({zlib.crc32(repr(key).encode()) - 2**31 for key in keys}):
        connection.execute(select(func.pg_advisory_xact_lock(_IN_TURN, number)))
