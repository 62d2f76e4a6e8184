"""Requests that look alike: each is entered by its print, and its likes are looked for among those that share keys."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, Subquery, delete, func, or_, select, union_all, update

from pipeline.institution_tables import REQUEST_KEYS, REQUEST_PRINTS, TWIN_JUDGEMENTS, TWINS
from pipeline.opening import insert_new
from pipeline.records import Record
from pipeline.request_prints import print_of, shared
from pipeline.tables import RECORDS, REQUESTS
from pipeline.twin_matching import LEAST, TwinLikeness, twin_likeness

UNDER_ONE_KEY = 40
"""Requests that are looked at under one key, the newest first."""
COMPARED = 8
"""Requests whose answers are compared word by word."""
_LIKE = 0.12
"""Prints that share less are not compared, unless a fact is the same too."""


def enter(connection: Connection, record: Record) -> None:
    """Enter a request by its print; does nothing if nothing compared has changed."""
    told, here = print_of(record), REQUEST_PRINTS.c.record_id == record.record_id
    before = connection.execute(select(REQUEST_PRINTS.c.digest).where(here)).scalar()
    if before == told.digest:
        return
    row = {"digest": told.digest, "print": _written(told.figures), "looked": not told.keys}
    if not insert_new(connection, REQUEST_PRINTS, {"record_id": record.record_id} | row):
        connection.execute(update(REQUEST_PRINTS).where(here).values(**row))
    _write_keys(connection, record.record_id, told.keys)
    if before is not None:
        _drop_unjudged(connection, record.record_id)


def take_out(connection: Connection, record_id: str) -> None:
    """Forget what a request was compared by, and with what nobody judged."""
    for table in (REQUEST_PRINTS, REQUEST_KEYS):
        connection.execute(delete(table).where(table.c.record_id == record_id))
    _drop_unjudged(connection, record_id)


def unlooked(connection: Connection, most: int) -> list[str]:
    """Requests whose likes were not looked for yet."""
    query = select(REQUEST_PRINTS.c.record_id).where(REQUEST_PRINTS.c.looked.is_(False)).limit(most)
    return list(connection.execute(query).scalars())


def is_looked(connection: Connection, record_id: str) -> bool:
    """True if there is nothing to look for, or it was."""
    query = select(REQUEST_PRINTS.c.looked).where(REQUEST_PRINTS.c.record_id == record_id)
    return connection.execute(query).scalar() is not False


def look(connection: Connection, record_id: str) -> int:
    """Look for the likes of a request and keep those that a person should see; how many."""
    here = REQUEST_PRINTS.c.record_id == record_id
    connection.execute(update(REQUEST_PRINTS).where(here).values(looked=True))
    records = _records(connection, [record_id, *_candidates(connection, record_id)])
    own = records.pop(record_id, None)
    found = {each: twin_likeness(own, other) for each, other in records.items()} if own else {}
    alike = {each: like for each, like in found.items() if like.score >= LEAST}
    for each, like in alike.items():
        _keep(connection, record_id, each, like)
    return len(alike)


def _write_keys(connection: Connection, record_id: str, keys: Iterable[str]) -> None:
    connection.execute(delete(REQUEST_KEYS).where(REQUEST_KEYS.c.record_id == record_id))
    rows = [{"key": key, "record_id": record_id} for key in keys]
    if rows:
        connection.execute(REQUEST_KEYS.insert(), rows)


def _candidates(connection: Connection, record_id: str) -> list[str]:
    """The requests most like one by their prints, and those that share a fact."""
    own = select(REQUEST_KEYS.c.key).where(REQUEST_KEYS.c.record_id == record_id)
    keys = list(connection.execute(own).scalars())
    if not keys:
        return []
    rows = connection.execute(union_all(*(select(_under(key, record_id)) for key in keys))).all()
    facts = {row.record_id for row in rows if not row.key.startswith("b")}
    near = [each for each, _ in Counter(row.record_id for row in rows).most_common(UNDER_ONE_KEY)]
    prints = _prints(connection, [record_id, *near, *facts])
    mine = prints.pop(record_id, ())
    likes = {each: shared(mine, other) + (0.3 if each in facts else 0.0) for each, other in prints.items()}
    return sorted((each for each in likes if likes[each] >= _LIKE), key=lambda each: (-likes[each], each))[:COMPARED]


def _under(key: str, record_id: str) -> Subquery:
    keys = REQUEST_KEYS
    query = select(keys.c.key, keys.c.record_id).where(keys.c.key == key, keys.c.record_id != record_id)
    return query.order_by(keys.c.id.desc()).limit(UNDER_ONE_KEY).subquery()


def _prints(connection: Connection, record_ids: list[str]) -> dict[str, tuple[int, ...]]:
    query = select(REQUEST_PRINTS.c.record_id, REQUEST_PRINTS.c.print)
    rows = connection.execute(query.where(REQUEST_PRINTS.c.record_id.in_(record_ids)))
    return {row.record_id: _read(row.print) for row in rows}


def _records(connection: Connection, record_ids: list[str]) -> dict[str, Record]:
    """The newest readings of some requests that were not forgotten."""
    newest = select(func.max(RECORDS.c.id)).where(RECORDS.c.record_id.in_(record_ids)).group_by(RECORDS.c.record_id)
    query = select(RECORDS.c.record_id, RECORDS.c.record).join(REQUESTS, REQUESTS.c.record_id == RECORDS.c.record_id)
    rows = connection.execute(query.where(RECORDS.c.id.in_(newest), REQUESTS.c.forgotten_at.is_(None)))
    return {row.record_id: Record.model_validate_json(row.record) for row in rows}


def _keep(connection: Connection, record_id: str, other: str, like: TwinLikeness) -> None:
    first, second = sorted((record_id, other))
    row = {"score": like.score, "reasons": like.model_dump_json()}
    if not insert_new(connection, TWINS, {"first": first, "second": second} | row):
        here = TWINS.c.first == first, TWINS.c.second == second
        connection.execute(update(TWINS).where(*here).values(**row))


def _drop_unjudged(connection: Connection, record_id: str) -> None:
    told = TWIN_JUDGEMENTS
    judged = select(told.c.id).where(told.c.first == TWINS.c.first, told.c.second == TWINS.c.second)
    mine = or_(TWINS.c.first == record_id, TWINS.c.second == record_id)
    connection.execute(delete(TWINS).where(mine, ~judged.exists()))


def _written(figures: tuple[int, ...]) -> str:
    return "".join(f"{figure:08x}" for figure in figures)


def _read(text: str) -> tuple[int, ...]:
    return tuple(int(text[start : start + 8], 16) for start in range(0, len(text), 8))
