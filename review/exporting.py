"""Requests for other programs, as they stand now: the machine's reading with what persons decided."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from fastapi.responses import Response
from sqlalchemy import select

from pipeline.desk_tables import QUEUE
from pipeline.outputs import OUTPUTS
from pipeline.records import Record
from review.downloads import attachment
from review.queue_rows import now_of
from review.visit import NoSuchThing, Visit

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
}


def exported(visit: Visit, references: Iterable[str], to: str) -> Response:
    """The requests named, as CSV, Excel or JSON Lines."""
    if to not in TYPES:
        raise NoSuchThing
    chosen = list(references)
    data = OUTPUTS[to](_records(visit, chosen))
    with visit.desk.writing() as connection:
        visit.note(connection, "export", None, to, " ".join(chosen))
    return attachment(data, TYPES[to], f"requests-{_stamp(visit.now)}.{to}")


def _records(visit: Visit, references: list[str]) -> Iterator[Record]:
    with visit.desk.reading() as connection:
        for reference in references:
            query = select(QUEUE.c.record_id).where(QUEUE.c.reference == reference)
            record_id = connection.execute(query).scalar()
            if record_id:
                yield now_of(visit.desk, connection, record_id).record


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%d-%H%M")
