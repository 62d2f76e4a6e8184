"""Backup and restore: one file with the database and every original, made while everything runs.

The database is copied first, as it is at one moment (``VACUUM INTO``, ``pg_dump``), then the originals: bytes are kept
before the rows that speak of them, so every row of the copy finds its bytes.
"""

import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from extractors.rooms import own_folder
from flows.places import open_the_store, raw_folder, store_url
from flows.provenance import software
from pipeline.opening import NEWEST
from pipeline.raw import is_remote, keep_raw, kept_hashes, raw_path, read_raw, sync_folder
from pipeline.trouble import StoreTrouble

if TYPE_CHECKING:
    from pipeline.store import Store

MANIFEST, SQLITE, DUMP = "socieux-backup.json", "socieux.db", "socieux.pgdump"
_ORIGINAL = re.compile(r"raw/[0-9a-f]{2}/([0-9a-f]{64})")
_LARGEST_ORIGINAL = 1 << 30
_PATIENCE = 3600


def back_up(store: str | None, out: Path, now: datetime | None = None) -> int:
    """Write the store into one file, readable for nobody else; how many originals are in it. The file appears under
    its name when it is complete. Raises ``StoreTrouble``."""
    opened = open_the_store(store)
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(f".{out.name}.part")
    try:
        with _for_us_only(unfinished) as file, tarfile.open(fileobj=file, mode="w") as archive:
            with _copied(opened, out.parent) as (name, copy):
                archive.add(copy, name)
            count = _add_originals(archive, opened.raw_folder)
            _add_manifest(archive, name, count, now or datetime.now(UTC))
        unfinished.replace(out)
        sync_folder(out.parent)
    except (OSError, sqlite3.Error, subprocess.TimeoutExpired) as fault:
        said = getattr(fault, "strerror", None) or str(fault)
        raise StoreTrouble(f"The backup cannot be written: {said}. Nothing was changed.") from fault
    finally:
        unfinished.unlink(missing_ok=True)
        opened.close()
    return count


def restore(backup: Path, store: str | None) -> int:
    """Put a backup into a place where there is no store yet; how many originals came. Raises ``StoreTrouble``."""
    url = store_url(store)
    try:
        with tarfile.open(backup, "r:") as archive:
            name, expected = _checked(archive)
            _refuse_where_something_is(url, name)
            count = _restore_originals(archive, raw_folder(url))
            if count != expected:
                raise ValueError(f"{expected} originals should be in it, and {count} are")
            _restore_database(archive, name, url)
    except (tarfile.TarError, OSError, ValueError, KeyError, sqlite3.Error, subprocess.TimeoutExpired) as fault:
        raise StoreTrouble(
            f"{backup} cannot be restored ({fault}). Nothing that was there before was changed."
        ) from fault
    open_the_store(store).close()
    return count


@contextmanager
def _for_us_only(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only its owner may read, durable when the block ends; what a killed one left goes first."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _copied(store: "Store", beside: Path) -> Iterator[tuple[str, Path]]:
    """The database as it is at one moment, in a file that is gone afterwards, and its name in the backup."""
    with own_folder(".socieux-backup-", beside) as folder:
        if store.engine.dialect.name == "sqlite":
            copy = folder / SQLITE
            with store.engine.connect() as connection:
                driver = connection.connection.driver_connection
                assert driver is not None
                driver.execute("VACUUM INTO ?", (str(copy),))
            yield SQLITE, copy
            return
        copy = folder / DUMP
        _run_postgresql(store.engine.url.render_as_string(hide_password=False), "pg_dump", "-Fc", "-f", str(copy))
        yield DUMP, copy


def _add_originals(archive: tarfile.TarFile, folder: Path) -> int:
    """Every original; one that is forgotten in this very moment is left out."""
    count = 0
    for digest in kept_hashes(folder):
        name = f"raw/{digest[:2]}/{digest}"
        try:
            if is_remote(folder):
                _add_bytes(archive, name, read_raw(folder, digest))
            else:
                archive.add(raw_path(folder, digest), name, recursive=False)
        except FileNotFoundError:
            continue
        count += 1
    return count


def _add_bytes(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def _add_manifest(archive: tarfile.TarFile, name: str, count: int, now: datetime) -> None:
    told = {"made_at": now.isoformat(timespec="seconds"), "tables": NEWEST, "database": name, "originals": count}
    data = json.dumps(told | {"software": software()}, indent=1).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size, entry.mtime = len(data), int(now.timestamp())
    archive.addfile(entry, io.BytesIO(data))


def _checked(archive: tarfile.TarFile) -> tuple[str, int]:
    """The name of the database, and how many originals there are, of a backup that is whole and not from a newer
    version."""
    try:
        told = json.loads(_read(archive, MANIFEST))
    except KeyError:
        raise StoreTrouble("This is no backup, or it is cut off: its last part is missing.") from None
    if told["tables"] > NEWEST:
        raise StoreTrouble(f"The backup was made by a newer version ({told['software']}). Update the software.")
    return SQLITE if told["database"] == SQLITE else DUMP, int(told["originals"])


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    held = archive.extractfile(name)
    if held is None:
        raise ValueError(f"{name} is no file")
    return held.read()


def _refuse_where_something_is(url: str, name: str) -> None:
    """A backup never replaces anything: what is there may be newer."""
    is_postgresql = "://" in url and not url.startswith("sqlite")
    if is_postgresql != (name == DUMP):
        raise StoreTrouble("The backup is of the other kind of database; give --store accordingly.")
    path = Path(url.removeprefix("sqlite:///"))
    if not is_postgresql and path.exists():
        raise StoreTrouble(f"There is a store already: {path}. Move it away first, or give another --store.")
    if is_postgresql and _has_tables(url):
        raise StoreTrouble("The database is not empty. Make an empty one and give it with --store.")


def _has_tables(url: str) -> bool:
    from sqlalchemy import create_engine, inspect, make_url

    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        return bool(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def _restore_originals(archive: tarfile.TarFile, folder: Path) -> int:
    """Each original under its hash, never under the name it has in the file; one that is not what it says stops all."""
    count = 0
    for entry in archive:
        found = _ORIGINAL.fullmatch(entry.name)
        if found is None or not entry.isfile() or entry.size > _LARGEST_ORIGINAL:
            continue
        held = archive.extractfile(entry)
        if held is None or keep_raw(folder, held.read()) != found.group(1):
            raise ValueError(f"the original {found.group(1)} is damaged")
        count += 1
    return count


def _restore_database(archive: tarfile.TarFile, name: str, url: str) -> None:
    """The database last: as long as it is missing, nothing speaks of the originals."""
    if name == SQLITE:
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.part")
        with _for_us_only(unfinished) as file:
            held = archive.extractfile(SQLITE)
            assert held is not None
            shutil.copyfileobj(held, file)
        _make_ready(unfinished)
        unfinished.replace(path)
        return
    with own_folder(".socieux-restore-") as folder:
        dump = folder / DUMP
        dump.write_bytes(_read(archive, DUMP))
        _run_postgresql(url, "pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", str(dump))


def _make_ready(database: Path) -> None:
    """The copy is looked over, and told to keep its log beside it, as every store does."""
    with closing(sqlite3.connect(database)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise ValueError("the database in it is damaged")
        connection.execute("PRAGMA journal_mode=WAL")


def _run_postgresql(url: str, program: str, *words: str) -> None:
    """One of PostgreSQL's own programs on a database; the password goes by the environment, where nobody lists it."""
    from sqlalchemy import make_url

    place = make_url(url)
    asked = {"PGHOST": place.host, "PGPORT": place.port, "PGUSER": place.username, "PGPASSWORD": place.password}
    known = {name: str(value) for name, value in asked.items() if value is not None}
    target = ("-d", place.database or "postgres") if program == "pg_restore" else (place.database or "postgres",)
    found = shutil.which(program) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)), None
    )
    if found is None:
        raise StoreTrouble(f"{program} is missing: apt-get install -y --no-install-recommends postgresql-client")
    command = [found, *words[:-1], *target, *words[-1:]] if program == "pg_restore" else [found, *words, *target]
    done = subprocess.run(command, env=os.environ | known, capture_output=True, timeout=_PATIENCE, check=False)
    if done.returncode:
        said = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1]
        raise StoreTrouble(f"{program} failed: {said}")
