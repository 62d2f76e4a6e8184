"""What several tests share: a PostgreSQL server of our own, and an empty store and ledger in a database of either kind.

A test that asks for ``store``, ``ledger`` or ``database`` runs twice, on SQLite and on PostgreSQL: the promise is the
same. The tables are made once a session; each test gets a copy. ``sqlite_only`` marks tests of other things.
"""

import itertools
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from pipeline.ledger import Ledger
from pipeline.store import Store, open_store

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.desk_browsers import People, Served

KINDS = ("sqlite", "postgresql")
_NUMBERS = itertools.count()
_INSTALL = "apt-get install -y --no-install-recommends postgresql"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of an empty server for the tests of this session."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(scope="session")
def ready_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables made, to be copied."""
    path = tmp_path_factory.mktemp("ready") / "records.db"
    open_store(str(path), path.parent / "raw").close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(scope="session")
def ready_server(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> URL:
    """A PostgreSQL server with a database that has the tables made, to be copied."""
    server = make_url(postgresql)
    create_database(server, "ready")
    made = server.set(database="ready").render_as_string(hide_password=False)
    open_store(made, tmp_path_factory.mktemp("ready")).close()
    return server


def create_database(server: URL, name: str, template: str = "template1") -> str:
    """A new database on a server, a copy of another; its URL."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


def pytest_configure(config: pytest.Config) -> None:
    """What tests may say of themselves."""
    config.addinivalue_line("markers", "sqlite_only: the store is not what this test is about; once is enough")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of the store run on both databases, but for those that say that they are about something else."""
    if "database" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("sqlite_only")
        metafunc.parametrize("database", KINDS[:1] if only else KINDS, indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of either kind with the tables made and nothing in them."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("ready_file"), tmp_path / "records.db")
        yield str(tmp_path / "records.db")
        return
    server: URL = request.getfixturevalue("ready_server")
    with copied_database(server) as url:
        yield url


@contextmanager
def copied_database(server: URL) -> Iterator[str]:
    """A copy of the database ``ready`` of a server; its URL."""
    name = f"test_{next(_NUMBERS)}"
    yield create_database(server, name, "ready")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def store(database: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(database, tmp_path / "raw")
    yield opened
    opened.close()


@pytest.fixture
def ledger(store: Store) -> Ledger:
    """The ledger of the store, by the clock of the day."""
    return Ledger(store.engine, store.raw_folder)


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The URL of an empty server on a free port of this machine, gone afterwards; skipped where none is installed."""
    programs = _programs()
    if programs is None:
        _missing()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="socieux-postgresql-", dir=_quick_place()))
    port = _free_port()
    as_postgres: list[str] = []
    if os.geteuid() == 0:
        # The server refuses to run as root.
        shutil.chown(folder, "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"
    _run([*as_postgres, str(programs / "initdb"), "--no-sync", "-A", "trust", "-U", "postgres", str(data)], folder)
    control = [*as_postgres, str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", "60"]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
    options += " -c max_wal_size=64MB"
    try:
        _run([*control, "-l", str(folder / "log"), "-o", options, "start"], folder)
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        _run([*control, "-m", "immediate", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _quick_place() -> str | None:
    """In memory where there is room for a server with a few databases; a busy disk makes tests wait for minutes."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2_000_000_000
    return str(memory) if roomy else None


def _programs() -> Path | None:
    """Debian keeps the server's programs out of the way of PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


def _missing() -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"PostgreSQL is missing: {_INSTALL}")
    pytest.skip(f"PostgreSQL is missing: {_INSTALL}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=120)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """One browser for all tests that need one."""
    from tests.desk_browsers import chromium

    with chromium() as opened:
        yield opened


@pytest.fixture
def served(tmp_path: Path) -> "Iterator[Served]":
    """A desk of its own for each test."""
    from tests.desk_browsers import Served
    from tests.desk_room import open_room

    room = open_room(tmp_path)
    made = Served(room)
    yield made
    made.stop()
    room.store.close()


@pytest.fixture
def people(browser: "Browser", served: "Served") -> "Iterator[People]":
    """People with browsers; whatever their pages complained about fails the test."""
    from tests.desk_browsers import People

    made = People(browser, served)
    yield made
    made.leave()
