"""Opening the database, SQLite or PostgreSQL, brought to the newest tables, also by several processes at once."""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline.trouble import StoreTrouble

NEWEST = "0007"
"""The newest file in ``migrations/versions``; a test holds the two together."""

WAIT_FOR_LOCK = 30_000
"""Milliseconds to wait for another process that writes."""

_MIGRATION_LOCK = 7_403_317


def open_engine(url: str) -> Engine:
    """The database at a URL, with its tables up to date. A path without ``://`` means a SQLite file.

    Raises ``StoreTrouble`` if the database cannot be reached or was made by a newer version."""
    address = make_url(url if "://" in url else f"sqlite:///{url}")
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, pool_pre_ping=address.get_backend_name() != "sqlite")
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    try:
        _bring_up_to_date(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def insert_new(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Insert a row unless one like it is there, which is left as it is; true if it was new."""
    words = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    # What it gives back tells: not every driver counts the rows of an insert.
    insert = words(table).values(**row).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(insert).first() is not None


def _prepare_sqlite(engine: Engine) -> None:
    """Durable, patient, and with transactions that take the write lock at once where they mean to write."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (f"busy_timeout={WAIT_FOR_LOCK}", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bring_up_to_date(engine: Engine) -> None:
    """Apply what is missing; the usual start only looks, without loading the migration tool."""
    with engine.connect() as connection:
        if _revision(connection) == NEWEST:
            return
    with _alone(engine) as connection:
        found = _revision(connection)
        if found is not None and found > NEWEST:
            newer = f"The store has tables of a newer version ({found}); this software knows {NEWEST}."
            raise StoreTrouble(f"{newer} Update the software.")
        if found != NEWEST:
            _migrate(connection)


def _revision(connection: Connection) -> str | None:
    """The revision of the tables, null in a new database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction no other process opening the same store runs at the same time."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        with Path(f"{engine.url.database}.opening").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with engine.connect() as setting:
                # Before the transaction: SQLite changes this mode only outside of one. It stays with the file.
                driver = setting.connection.driver_connection
                assert driver is not None
                driver.execute("PRAGMA journal_mode=WAL")
            with engine.execution_options(writes=True).begin() as connection:
                yield connection
    else:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            yield connection


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
