"""The desk with 10,000 requests: what a page costs, as a ratio to an empty page of the same desk and in milliseconds.

Measured on SQLite; on PostgreSQL as well where ``SOCIEUX_BENCH_STORE`` gives the URL of an empty database. The clock
is the processor time of the desk, so that others on the machine count for little.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, at_most, busy, only_told
from pipeline.records import Record
from pipeline.references import new_reference
from pipeline.tables import RECORDS, REQUESTS
from review.queue_rows import catch_up
from tests.desk_room import START, Person, Room, form, open_room

REQUESTS_KEPT = 10_000
MOST_MILLISECONDS = 150.0
TURNS = 9
_FORMS = ("en_jordan_ngo.docx", "u_fr_madagascar_visite.pdf", "en_ghana_pensions.docx", "ru_tajik_uhod.docx")
_WORDS = "pension travail seguridad emprego занятость ministry région jobs social care youth women audit law".split()


def desk(_forms: Path) -> Iterable[Figure]:
    """Queue, search, request page and save."""
    stores = {"SQLite": None, "PostgreSQL": os.environ.get("SOCIEUX_BENCH_STORE")}
    for name, url in stores.items():
        if name == "SQLite" or url:
            with tempfile.TemporaryDirectory() as folder:
                room = open_room(Path(folder), url)
                _fill(room)
                yield from _pages(name, room)
                room.store.close()


def _fill(room: Room) -> None:
    """Rows go in at once: storing a request safely takes far longer than a benchmark should."""
    references = list({new_reference() for _ in range(REQUESTS_KEPT + REQUESTS_KEPT // 50)})
    for start in range(0, REQUESTS_KEPT, 500):
        records = [_numbered(number) for number in range(start, start + 500)]
        with room.desk.writing() as connection:
            connection.execute(REQUESTS.insert(), [_request(each, references.pop()) for each in records])
            connection.execute(RECORDS.insert(), [_row(each) for each in records])
    while catch_up(room.desk, REQUESTS_KEPT, thorough=True):
        pass


def _numbered(number: int) -> Record:
    record, _ = form(_FORMS[number % len(_FORMS)])
    words = [_WORDS[(number * step) % len(_WORDS)] for step in (1, 3, 5, 7)]
    title = record.fields["title"].model_copy(update={"value": f"{' '.join(words)} {number}"})
    source = record.source.model_copy(update={"received_at": (START - timedelta(minutes=number)).isoformat()})
    changes = {"record_id": f"r-{number:020d}", "fields": {**record.fields, "title": title}, "source": source}
    return record.model_copy(update=changes)


def _request(record: Record, reference: str) -> dict[str, object]:
    row = {"record_id": record.record_id, "sha256": record.source.sha256, "reference": reference}
    return row | {"created_at": START}


def _row(record: Record) -> dict[str, object]:
    row: dict[str, object] = {"record_id": record.record_id, "digest": record.record_id, "made_with": {}}
    row |= {"record": record.model_dump_json(), "disposition": record.disposition, "institution": record.record_id}
    return row | {"country": None, "created_at": START}


def _pages(store: str, room: Room) -> Iterator[Figure]:
    ana = room.person("ana")
    references = re.findall(r'class="row">([\w-]+)<', ana.get("/desk").text)
    pages = {
        "queue": ["/desk"] * TURNS,
        "queue, last page": ["/desk?page=40"] * TURNS,
        "search": ["/desk?q=pension+seguridad"] * TURNS,
        "request": [f"/desk/requests/{reference}" for reference in references[:TURNS]],
    }
    for name, addresses in pages.items():
        took = [_milliseconds(ana, address) for address in addresses]
        empty = median(_milliseconds(ana, "/desk/account") for _ in addresses)
        remark = f"{REQUESTS_KEPT} requests in {store}"
        yield at_most(f"desk: {name}, ms", took, MOST_MILLISECONDS, "cpu", remark)
        yield only_told(f"desk: {name} / empty page", [each / empty for each in took], "cpu", remark)


def _milliseconds(person: Person, address: str) -> float:
    return 1000 * busy(lambda: person.get(address).raise_for_status())
