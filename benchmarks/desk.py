"""The desk with 10,000 requests: what a page costs, as a ratio to an empty page of the same desk and in milliseconds.

Measured on SQLite, and on a PostgreSQL server of our own. The clock is that on the wall, for the work of the database
server counts as well: the figures hold for a machine with nothing else to do, and each says how busy it was.
"""

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, OtherLoad, at_most, only_told, wall
from pipeline.open_requests import institution_key
from pipeline.records import Record
from pipeline.references import new_reference
from pipeline.stages import Decision
from pipeline.tables import DECISIONS, RECORDS, REQUESTS
from review.queue_rows import catch_up
from tests.conftest import postgresql_server
from tests.desk_room import START, Person, Room, form, open_room

REQUESTS_KEPT, INSTITUTIONS = 10_000, 2_500
MOST_MILLISECONDS = 150.0
TURNS = 15
_FORMS = ("en_jordan_ngo.docx", "u_fr_madagascar_visite.pdf", "en_ghana_pensions.docx", "ru_tajik_uhod.docx")
_WORDS = "pension travail seguridad emprego занятость ministry région jobs social care youth women audit law".split()


def desk(_forms: Path) -> Iterable[Figure]:
    """Queue, search, request page and save."""
    for name in ("SQLite", "PostgreSQL"):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = stack.enter_context(postgresql_server()) if name == "PostgreSQL" else None
            room = open_room(folder, url)
            stack.callback(room.store.close)
            stack.callback(room.desk.drawer.close)
            _fill(room)
            yield from _pages(name, room)


def _fill(room: Room) -> None:
    """Rows go in at once: storing a request safely takes far longer than a benchmark should."""
    references = list({new_reference() for _ in range(REQUESTS_KEPT + REQUESTS_KEPT // 50)})
    for start in range(0, REQUESTS_KEPT, 500):
        records = [_numbered(number) for number in range(start, start + 500)]
        with room.desk.writing() as connection:
            connection.execute(REQUESTS.insert(), [_request(each, references.pop()) for each in records])
            connection.execute(RECORDS.insert(), [_row(each) for each in records])
            connection.execute(DECISIONS.insert(), [_accepted(each) for each in records[::3]])
    while catch_up(room.desk, REQUESTS_KEPT, thorough=True):
        pass


def _numbered(number: int) -> Record:
    record, _ = form(_FORMS[number % len(_FORMS)])
    words = [_WORDS[(number * step) % len(_WORDS)] for step in (1, 3, 5, 7)]
    title = record.fields["title"].model_copy(update={"value": f"{' '.join(words)} {number}"})
    source = record.source.model_copy(update={"received_at": (START - timedelta(minutes=number)).isoformat()})
    told = record.fields["institution_name"]
    name = told.model_copy(update={"value": f"{told.value} {number % INSTITUTIONS}"})
    fields = {**record.fields, "title": title, "institution_name": name}
    changes = {"record_id": f"r-{number:020d}", "fields": fields, "source": source}
    return record.model_copy(update=changes)


def _request(record: Record, reference: str) -> dict[str, object]:
    row = {"record_id": record.record_id, "sha256": record.source.sha256, "reference": reference}
    return row | {"created_at": START}


def _row(record: Record) -> dict[str, object]:
    row: dict[str, object] = {"record_id": record.record_id, "digest": record.record_id, "made_with": {}}
    row |= {"record": record.model_dump_json(), "disposition": record.disposition, "created_at": START}
    return row | dict(zip(("institution", "country"), institution_key(record), strict=True))


def _accepted(record: Record) -> dict[str, object]:
    """Every third request is decided."""
    told = Decision(
        record_id=record.record_id, made_at=START, made_by="bo", kind="outcome", subject="accepted", content=""
    )
    row = {"record_id": record.record_id, "kind": told.kind, "decision": told.model_dump_json()}
    return row | {"created_at": START}


def _pages(store: str, room: Room) -> Iterator[Figure]:
    """Each page in turn with the empty one, so that both have the machine as it is."""
    ana = room.person("ana")
    references = re.findall(r'class="row">([\w-]+)<', ana.get("/desk").text)
    pages: dict[str, Callable[[int], str]] = {
        "queue": lambda turn: "/desk",
        "queue, last page": lambda turn: "/desk?page=40",
        "queue, filtered": lambda turn: "/desk?language=fr&days=2",
        "search": lambda turn: "/desk?q=pension+seguridad",
        "request": lambda turn: f"/desk/requests/{references[turn]}",
        "figures": lambda turn: "/desk/figures",
        "institutions": lambda turn: "/desk/institutions",
    }
    for name, address in pages.items():
        load, took, empty = OtherLoad(), [], []
        for turn in range(TURNS):
            empty.append(_milliseconds(ana, "/desk/account"))
            took.append(_milliseconds(ana, address(turn)))
        remark = f"{REQUESTS_KEPT} requests in {store}; others kept {load.cores():.2f} cores busy"
        yield at_most(f"desk on {store}: {name}, ms", took, MOST_MILLISECONDS, "wall", remark)
        usual = median(empty)
        yield only_told(f"desk on {store}: {name} / empty page", [each / usual for each in took], "wall", remark)
    yield from _saves(store, ana, references)


def _saves(store: str, ana: Person, references: list[str]) -> Iterator[Figure]:
    """A step on a request: claimed, compared, kept, all checks run again, and the changed parts of the page."""
    took = []
    for turn, reference in enumerate(references[:TURNS]):
        page = f"/desk/requests/{reference}"
        step = ana.tokens(page) | {"how": "value", "value": f"Title {turn}"}
        send = partial(ana.client.post, f"{page}/fields/title", data=step, headers={"hx-request": "true"})
        took.append(1000 * wall(lambda send=send: send().raise_for_status()))
    yield only_told(f"desk on {store}: a step saved, ms", took, "wall", f"{REQUESTS_KEPT} requests in {store}")


def _milliseconds(person: Person, address: str) -> float:
    return 1000 * wall(lambda: person.get(address).raise_for_status())
