"""What several tests share: a PostgreSQL server of our own."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_INSTALL = "apt-get install -y --no-install-recommends postgresql"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of an empty server for the tests of this session."""
    with postgresql_server() as url:
        yield url


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The URL of an empty server on a free port of this machine, gone afterwards; skipped where none is installed."""
    programs = _programs()
    if programs is None:
        _missing()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="socieux-postgresql-"))
    port = _free_port()
    as_postgres: list[str] = []
    if os.geteuid() == 0:
        # The server refuses to run as root.
        shutil.chown(folder, "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"
    _run([*as_postgres, str(programs / "initdb"), "--no-sync", "-A", "trust", "-U", "postgres", str(data)], folder)
    control = [*as_postgres, str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", "60"]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    try:
        _run([*control, "-l", str(folder / "log"), "-o", options, "start"], folder)
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        _run([*control, "-m", "immediate", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
