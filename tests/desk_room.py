"""A desk for tests: a store with real forms, people of every role, and a clock that can be set."""

import hashlib
import re
import tempfile
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from fastapi import FastAPI
from httpx import Response

from flows.process import process_bytes
from pipeline.records import Arrival, FieldReading, Record
from pipeline.store import Store, open_store
from review import accounts
from review.app import build
from review.desk import Desk
from review.queue_rows import catch_up
from review.settings import Settings
from review.sheets import Drawer

with warnings.catch_warnings():
    # Starlette asks for a newer client of the same kind; this one is in the lock and does what is needed.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

SAMPLES = Path(__file__).resolve().parent.parent / "sample_forms"
PASSWORD = "correct horse battery"
PEOPLE = {"rea": "reader", "ana": "analyst", "bo": "analyst", "lea": "lead", "adm": "admin"}
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until it is told otherwise."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@cache
def form(name: str) -> tuple[Record, bytes]:
    """A sample form as it is really read."""
    data = (SAMPLES / name).read_bytes()
    return process_bytes(data, Arrival(filename=name), START.date()), data


def another(name: str, number: int, values: dict[str, object] | None = None, days: int = 0) -> tuple[Record, bytes]:
    """The same form in other bytes, with other values, received so many days before the start."""
    record, data = form(name)
    data = data + b"\n%% %d" % number
    digest = hashlib.sha256(data).hexdigest()
    fields = dict(record.fields)
    for key, value in (values or {}).items():
        fields[key] = FieldReading.model_validate(
            {"state": "answered", "value": value, "raw": str(value), "confidence": 0.97}
        )
    received = (START - timedelta(days=days)).isoformat()
    source = record.source.model_copy(update={"sha256": digest, "received_at": received})
    changes = {"record_id": f"r-{digest[:20]}", "fields": fields, "source": source}
    return record.model_copy(update=changes), data


@dataclass
class Room:
    """A running desk."""

    store: Store
    app: FastAPI
    desk: Desk
    clock: Clock
    folder: Path
    _clients: dict[str, "Person"] = field(default_factory=dict)

    def person(self, name: str) -> "Person":
        """Somebody signed in."""
        if name not in self._clients:
            client = TestClient(self.app, follow_redirects=False)
            told = client.post("/desk/login", data={"name": name, "password": PASSWORD})
            assert told.status_code == 303, told.text
            self._clients[name] = Person(client)
        return self._clients[name]

    def keep(self, record: Record, data: bytes) -> str:
        """Put a request into the store and the queue; gives its reference."""
        reference = self.store.keep(record, data).reference
        assert reference
        catch_up(self.desk, 100)
        return reference


@dataclass
class Person:
    """A signed-in browser without a script."""

    client: TestClient

    def get(self, path: str, **headers: str) -> Response:
        return self.client.get(path, headers=headers)

    def tokens(self, path: str) -> dict[str, str]:
        """The hidden fields of a request's page."""
        text = self.get(path).text
        found = {}
        for name in ("csrf", "seen", "reading"):
            held = re.search(rf'name="{name}" value="([^"]+)"', text)
            if held:
                found[name] = held[1]
        return found

    def post(self, path: str, data: dict[str, str], page: str = "/desk/account", script: bool = False) -> Response:
        """Send a form as the page ``page`` would; fields given win."""
        headers = {"hx-request": "true"} if script else {}
        return self.client.post(path, data=self.tokens(page) | data, headers=headers)


@cache
def _quick_hash() -> str:
    """One weak hash for all, so that tests need not wait for argon2; checking it is the real thing."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@cache
def _prepared() -> bytes:
    """A SQLite file with all tables and people, made once."""
    with tempfile.TemporaryDirectory() as name:
        store = open_store(f"{name}/desk.db", Path(name) / "raw")
        _add_people(store)
        store.close()
        return Path(name, "desk.db").read_bytes()


def _add_people(store: Store) -> None:
    hashed, accounts._hashed = accounts._hashed, lambda password: _quick_hash()
    try:
        with store.engine.execution_options(writes=True).begin() as connection:
            for name, role in PEOPLE.items():
                accounts.add_user(connection, name, name.capitalize(), role, PASSWORD, START)
    finally:
        accounts._hashed = hashed


def open_room(folder: Path, url: str | None = None, settings: Settings | None = None) -> Room:
    """A new desk with its people and no requests."""
    if url is None:
        (folder / "desk.db").write_bytes(_prepared())
    store = open_store(url or str(folder / "desk.db"), folder / "raw")
    if url is not None:
        _add_people(store)
    clock = Clock()
    desk = Desk(store, Drawer(folder / "pages"), settings or Settings(), clock)
    return Room(store, build(desk, ("testserver", "127.0.0.1")), desk, clock, folder)
