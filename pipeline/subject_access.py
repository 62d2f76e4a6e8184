"""Everything that is kept about one person, for that person to see (GDPR, article 15)."""

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, RowMapping, Table, select

from pipeline.desk_tables import AUDIT, COMMENTS
from pipeline.folding import fold
from pipeline.ledger_tables import DRAFTS, MESSAGES, PARTS
from pipeline.store import Store
from pipeline.tables import ARRIVALS, DECISIONS, RECORDS, REQUESTS
from pipeline.values import Value

Row = dict[str, str | int | float | bool | None]
_BESIDE: dict[str, Table] = {"arrivals": ARRIVALS, "decisions": DECISIONS, "comments": COMMENTS, "audit": AUDIT}
"""What hangs on a request beside its readings."""


class Kept(Value):
    """What is kept around one request or message that names the person; ``originals`` are the hashes of the files."""

    reference: str | None = None
    record_id: str | None = None
    readings: tuple[Row, ...] = ()
    arrivals: tuple[Row, ...] = ()
    decisions: tuple[Row, ...] = ()
    comments: tuple[Row, ...] = ()
    audit: tuple[Row, ...] = ()
    drafts: tuple[Row, ...] = ()
    messages: tuple[Row, ...] = ()
    originals: tuple[str, ...] = ()


def about_person(store: Store, asked: str) -> Iterator[Kept]:
    """Every request that names a person (by name or mail address, wherever in it), and every message from them.

    Compared without regard to case, accents and the order of names. Raises ``ValueError`` for less than three letters.
    """
    words = _words(asked)
    if sum(map(len, words)) < 3:
        raise ValueError("Give a name or a mail address of at least three letters.")
    with store.engine.connect() as connection:
        shown: set[int] = set()
        for row in connection.execute(select(REQUESTS).order_by(REQUESTS.c.created_at)).all():
            kept = _of_request(connection, row.record_id, row.reference, row.sha256)
            if _names(kept, words):
                shown |= {int(str(message["id"])) for message in kept.messages}
                yield kept
        for row in connection.execute(select(MESSAGES).order_by(MESSAGES.c.id)).all():
            if row.id not in shown and _says([row.sender or "", row.filename], words):
                yield Kept(messages=(_plain(row._mapping),), originals=(row.sha256,))


def _of_request(connection: Connection, record_id: str, reference: str, digest: str) -> Kept:
    beside = {name: tuple(_rows(connection, table, record_id)) for name, table in _BESIDE.items()}
    parts = select(PARTS.c.message).where(PARTS.c.record_id == record_id)
    messages = connection.execute(select(MESSAGES).where(MESSAGES.c.id.in_(parts))).all()
    files = connection.execute(select(PARTS.c.sha256).where(PARTS.c.record_id == record_id)).scalars()
    return Kept(
        reference=reference,
        record_id=record_id,
        readings=tuple(_rows(connection, RECORDS, record_id)),
        drafts=tuple(_rows(connection, DRAFTS, record_id)),
        messages=tuple(_plain(message._mapping) for message in messages),
        originals=tuple(dict.fromkeys([digest, *files, *(message.sha256 for message in messages)])),
        **beside,
    )


def _rows(connection: Connection, table: Table, record_id: str) -> Iterator[Row]:
    query = select(table).where(table.c.record_id == record_id)
    yield from (_plain(row._mapping) for row in connection.execute(query))


def _plain(row: RowMapping) -> Row:
    """A row as JSON can say it."""
    return {
        str(name): value if isinstance(value, str | int | float | bool) or value is None else str(value)
        for name, value in row.items()
    }


def _names(kept: Kept, words: frozenset[str]) -> bool:
    """True if one and the same text holds all the words that were asked for."""
    told = (kept.readings, kept.arrivals, kept.decisions, kept.comments, kept.messages)
    return any(_says(_texts(row), words) for rows in told for row in rows)


def _texts(row: Row) -> Iterator[str]:
    """Each text of a row on its own; of a record each answer, so that words far apart do not make a name."""
    for value in row.values():
        if isinstance(value, str):
            yield from re.findall(r'"((?:[^"\\]|\\.)*)"', value) if value.startswith("{") else (value,)


def _says(texts: Iterable[str], words: frozenset[str]) -> bool:
    return any(words <= _words(text) for text in texts)


def _words(text: str) -> frozenset[str]:
    """A mail address is one word; everything else falls into words."""
    unescaped = text.encode("utf-8", "replace").decode("utf-8")
    found = re.findall(r"[^\s<>,;()\"]+@[^\s<>,;()\"]+|\w+", unescaped.casefold())
    return frozenset(fold(word) if "@" not in word else word.strip(".") for word in found)
