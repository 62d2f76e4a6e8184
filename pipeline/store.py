"""The store: requests, their records, arrivals and decisions, and the original bytes. Nothing is ever overwritten."""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, Select, and_, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from pipeline.ledger_tables import MESSAGES, PARTS
from pipeline.open_requests import institution_key, other_open_requests
from pipeline.opening import insert_new, open_engine
from pipeline.raw import keep_raw, read_raw
from pipeline.records import Arrival, Record
from pipeline.references import new_reference, read_reference
from pipeline.stages import Decision
from pipeline.tables import ARRIVALS, DECISIONS, RECORDS, REQUESTS
from pipeline.trouble import StoreTrouble


def open_store(url: str, raw_folder: Path) -> "Store":
    """The store at a database URL (or SQLite path) with the original bytes in a folder.

    Raises ``StoreTrouble`` with what to do if it cannot be opened."""
    try:
        return Store(open_engine(url), raw_folder)
    except (SQLAlchemyError, OSError) as fault:
        first_line = str(fault).splitlines()[0]
        raise StoreTrouble(f"The store cannot be opened: {first_line}. Check --store, or use --no-store.") from fault


@dataclass(frozen=True)
class Store:
    """An open store."""

    engine: Engine
    raw_folder: Path

    def keep(self, record: Record, data: bytes) -> Record:
        """Keep the bytes, the arrival and the record; gives the record back with its reference and all arrivals.

        Bytes first, rows second: a row always has its bytes. A reading that is already there is not kept twice."""
        keep_raw(self.raw_folder, data)
        with self._writing() as connection:
            return self._keep(connection, record, record.source.arrivals)

    def keep_within(self, connection: Connection, record: Record) -> Record:
        """As ``keep``, in a transaction of the caller's, whose bytes are kept already; may be repeated: an arrival that
        is noted already is the same one. A ``reference`` that the record brings is given to it if the request is new.
        """
        noted = self._arrivals(connection, record.record_id)
        return self._keep(connection, record, tuple(each for each in record.source.arrivals if each not in noted))

    def _keep(self, connection: Connection, record: Record, arrivals: tuple[Arrival, ...]) -> Record:
        reference = self._reference(connection, record)
        known = record.model_copy(update={"reference": reference})
        again = and_(REQUESTS.c.record_id == record.record_id, REQUESTS.c.forgotten_at.is_not(None))
        connection.execute(update(REQUESTS).where(again).values(forgotten_at=None))
        self._add_reading(connection, known)
        for arrival in arrivals:
            row = {"record_id": record.record_id, "arrival": arrival.model_dump_json(), "created_at": _now()}
            connection.execute(ARRIVALS.insert(), row)
        return _with_arrivals(known, self._arrivals(connection, record.record_id))

    def other_open_requests(self, record: Record) -> tuple[str, ...]:
        """References of the same institution's requests that nobody has closed, other bytes only."""
        with self.engine.connect() as connection:
            return other_open_requests(connection, record)

    def records(self) -> Iterator[Record]:
        """The newest record of every request, in the order the requests came."""
        newest = select(func.max(RECORDS.c.id)).group_by(RECORDS.c.record_id)
        query = (
            select(RECORDS.c.record)
            .join(REQUESTS, RECORDS.c.record_id == REQUESTS.c.record_id)
            .where(RECORDS.c.id.in_(newest))
            .order_by(REQUESTS.c.created_at, REQUESTS.c.record_id)
        )
        with self.engine.connect() as connection:
            for text in connection.execute(query).scalars():
                record = Record.model_validate_json(text)
                yield _with_arrivals(record, self._arrivals(connection, record.record_id))

    def versions(self, record_id: str) -> tuple[Record, ...]:
        """Every reading of one request, oldest first."""
        query = select(RECORDS.c.record).where(RECORDS.c.record_id == record_id).order_by(RECORDS.c.id)
        with self.engine.connect() as connection:
            return tuple(Record.model_validate_json(text) for text in connection.execute(query).scalars())

    def find(self, reference: str) -> Record | None:
        """The newest record behind a reference as somebody typed it, null if there is none."""
        proper = read_reference(reference)
        query = select(REQUESTS.c.record_id).where(REQUESTS.c.reference == proper)
        with self.engine.connect() as connection:
            record_id = connection.execute(query).scalar() or connection.execute(_uploaded_under(proper)).scalar()
            arrivals = self._arrivals(connection, record_id) if record_id else ()
        return _with_arrivals(self.versions(record_id)[-1], arrivals) if record_id else None

    def reference_of(self, record_id: str) -> str | None:
        """The reference of a request, null if it is not here yet."""
        with self.engine.connect() as connection:
            return connection.execute(select(REQUESTS.c.reference).where(REQUESTS.c.record_id == record_id)).scalar()

    def decide(self, decision: Decision) -> None:
        """Append a person's decision."""
        row = {"record_id": decision.record_id, "kind": decision.kind, "decision": decision.model_dump_json()}
        with self._writing() as connection:
            connection.execute(DECISIONS.insert(), row | {"created_at": _now()})

    def decisions(self, record_id: str) -> tuple[Decision, ...]:
        """What persons decided about a request, oldest first."""
        query = select(DECISIONS.c.decision).where(DECISIONS.c.record_id == record_id).order_by(DECISIONS.c.id)
        with self.engine.connect() as connection:
            return tuple(Decision.model_validate_json(text) for text in connection.execute(query).scalars())

    def raw(self, sha256: str) -> bytes:
        """The original bytes of a hash."""
        return read_raw(self.raw_folder, sha256)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def _writing(self) -> AbstractContextManager[Connection]:
        return self.engine.execution_options(writes=True).begin()

    def _reference(self, connection: Connection, record: Record) -> str:
        """The request's reference; a new request gets the one it brings, else a new one. Loops only if it is taken."""
        query = select(REQUESTS.c.reference).where(REQUESTS.c.record_id == record.record_id)
        proposed = record.reference
        while not isinstance(reference := connection.execute(query).scalar(), str):
            row = {"record_id": record.record_id, "sha256": record.source.sha256}
            row["reference"] = proposed or new_reference()
            insert_new(connection, REQUESTS, row | {"created_at": _now()})
            proposed = None
        return reference

    def _add_reading(self, connection: Connection, record: Record) -> None:
        name, country = institution_key(record)
        row = {
            "record_id": record.record_id,
            "digest": _digest(record),
            "made_with": record.made_with.model_dump(),
            "record": _without_arrivals(record).model_dump_json(),
            "disposition": record.disposition,
            "institution": name,
            "country": country,
            "created_at": _now(),
        }
        insert_new(connection, RECORDS, row)

    def _arrivals(self, connection: Connection, record_id: str) -> tuple[Arrival, ...]:
        query = select(ARRIVALS.c.arrival).where(ARRIVALS.c.record_id == record_id).order_by(ARRIVALS.c.id)
        return tuple(Arrival.model_validate_json(text) for text in connection.execute(query).scalars())


def _uploaded_under(reference: str | None) -> Select[tuple[str | None]]:
    """The request in an upload whose sender was told a reference before anybody knew that the request is here."""
    uploaded = select(PARTS.c.record_id).join(MESSAGES, MESSAGES.c.id == PARTS.c.message)
    wanted = uploaded.where(MESSAGES.c.reference == reference, PARTS.c.record_id.in_(select(REQUESTS.c.record_id)))
    return wanted.order_by(PARTS.c.position).limit(1)


def _digest(record: Record) -> str:
    """What tells two readings apart: everything but where the bytes came from and the reference."""
    told = record.model_dump_json(exclude={"source", "reference"})
    return hashlib.sha256(told.encode("utf-8")).hexdigest()


def _with_arrivals(record: Record, arrivals: tuple[Arrival, ...]) -> Record:
    return record.model_copy(update={"source": record.source.model_copy(update={"arrivals": arrivals})})


def _without_arrivals(record: Record) -> Record:
    return _with_arrivals(record, ())


def _now() -> datetime:
    return datetime.now(UTC)
