"""The requests that a person's judgement brings to an institution, or keeps from it."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from pipeline.institution_judgements import in_force, members
from pipeline.institution_tables import INSTITUTION_REQUESTS, INSTITUTIONS

MOST = 2_000
"""Requests of one institution under its other names that are looked at."""


class Kin(NamedTuple):
    """Requests of institutions that persons judged to be the same, and of those they judged not to be."""

    same: tuple[str, ...] = ()
    apart: frozenset[str] = frozenset()


def kin_under(connection: Connection, record_id: str, identity: str) -> Kin:
    """What persons judged about the institution of a request: where it is entered, else by its identity."""
    number = _number(connection, record_id, identity)
    if number is None:
        return Kin()
    group = members(connection, (number,))
    others = {
        each
        for kept in in_force(connection, group)
        if kept.judged.judgement == "not_same"
        for each in kept.judged[:2]
        if each not in group
    }
    apart = members(connection, others) if others else {}
    return Kin(
        _requests(connection, {*group} - {number}), frozenset(_requests(connection, _anywhere(connection, apart)))
    )


def _anywhere(connection: Connection, ids: Iterable[int]) -> set[int]:
    """Those without a country: only they could be taken for one another by their names alone."""
    query = select(INSTITUTIONS.c.id).where(INSTITUTIONS.c.id.in_(tuple(ids)), INSTITUTIONS.c.country.is_(None))
    return {*connection.execute(query).scalars()}


def _number(connection: Connection, record_id: str, identity: str) -> int | None:
    entered = select(INSTITUTION_REQUESTS.c.institution_id).where(INSTITUTION_REQUESTS.c.record_id == record_id)
    number = connection.execute(entered).scalar()
    if number is None:
        number = connection.execute(select(INSTITUTIONS.c.id).where(INSTITUTIONS.c.identity == identity)).scalar()
    return number


def _requests(connection: Connection, ids: set[int]) -> tuple[str, ...]:
    if not ids:
        return ()
    query = select(INSTITUTION_REQUESTS.c.record_id).where(INSTITUTION_REQUESTS.c.institution_id.in_(ids)).limit(MOST)
    return tuple(connection.execute(query.order_by(INSTITUTION_REQUESTS.c.record_id)).scalars())
