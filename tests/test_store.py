"""The store on SQLite and on PostgreSQL: nothing lost, nothing doubled, nothing overwritten."""

import hashlib
import itertools
import multiprocessing
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text

from pipeline import opening
from pipeline.raw import keep_raw, raw_path, read_raw
from pipeline.records import MadeWith
from pipeline.references import ALPHABET, check_character, new_reference, read_reference
from pipeline.stages import Decision
from pipeline.store import Store, open_store
from pipeline.tables import METADATA
from pipeline.trouble import StoreTrouble
from tests.small_stages import MINISTRY, small_record

DATA = MINISTRY.encode()
_NUMBERS = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return str(tmp_path / "records.db")
    server = make_url(request.getfixturevalue("postgresql"))
    name = f"store_{next(_NUMBERS)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.set(database=name, drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(url, tmp_path / "raw")
    yield opened
    opened.close()


def test_a_record_comes_back_unchanged_but_for_reference_and_arrivals(store: Store) -> None:
    record = small_record()
    kept = store.keep(record, DATA)
    assert read_reference(kept.reference or "") == kept.reference
    assert kept.model_copy(update={"reference": None}) == record
    assert list(store.records()) == [kept] and store.find(str(kept.reference).lower()) == kept


def test_the_same_file_twice_is_one_record_with_two_arrivals(store: Store) -> None:
    first = store.keep(small_record(name="a.docx"), DATA)
    second = store.keep(small_record(name="b.docx"), DATA)
    assert (first.record_id, first.reference) == (second.record_id, second.reference)
    assert [arrival.filename for arrival in second.source.arrivals] == ["a.docx", "b.docx"]
    assert len(list(store.records())) == 1 and len(store.versions(first.record_id)) == 1


def test_other_rules_give_a_new_row_beside_the_old(store: Store) -> None:
    old = store.keep(small_record(), DATA)
    newer = small_record().model_copy(update={"made_with": MadeWith(software="next", rules="2")})
    store.keep(newer, DATA)
    assert [version.made_with.rules for version in store.versions(old.record_id)] == [old.made_with.rules, "2"]
    assert [record.made_with.rules for record in store.records()] == ["2"]


def test_the_original_is_kept_by_its_hash_and_never_changed(store: Store) -> None:
    store.keep(small_record(), DATA)
    digest = hashlib.sha256(DATA).hexdigest()
    assert store.raw(digest) == DATA
    path = raw_path(store.raw_folder, digest)
    assert path.stat().st_mode & 0o222 == 0
    path.chmod(0o600)
    path.write_bytes(b"tampered")
    with pytest.raises(ValueError, match="changed on the disk"):
        store.raw(digest)


def test_other_open_requests_of_the_same_institution_are_found(store: Store) -> None:
    first = store.keep(small_record(), DATA)
    again = "institution_name: MINISTRY of labour\ninstitution_country: KE\ntitle: another"
    assert store.other_open_requests(small_record(again)) == (first.reference,)
    assert store.other_open_requests(small_record()) == (), "the same bytes are no other request"
    assert store.other_open_requests(small_record(again.replace("KE", "UG"))) == ()
    assert store.other_open_requests(small_record("title: no institution")) == ()


def test_a_closed_request_is_not_open(store: Store) -> None:
    first = store.keep(small_record(), DATA)
    decision = Decision(
        record_id=first.record_id,
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
        made_by="an analyst",
        kind="outcome",
        subject="request",
        content="accepted",
    )
    store.decide(decision)
    assert store.decisions(first.record_id) == (decision,)
    assert store.other_open_requests(small_record(f"{MINISTRY}\ntitle: another")) == ()


def test_migrations_and_tables_agree(store: Store) -> None:
    with store.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    assert differences == []


def test_the_newest_revision_is_the_one_the_software_asks_for() -> None:
    scripts = ScriptDirectory(str(Path(opening.__file__).parent / "migrations"))
    assert scripts.get_current_head() == opening.NEWEST


def test_tables_of_a_newer_version_are_refused_with_a_sentence(store: Store, url: str, tmp_path: Path) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTrouble, match="newer version"):
        open_store(url, tmp_path / "raw")


def _keep_many(url: str, raw: Path, start: "multiprocessing.synchronize.Barrier") -> None:
    start.wait()
    store = open_store(url, raw)
    for number in range(5):
        lines = f"title: {number}"
        store.keep(small_record(lines), lines.encode())


def test_several_processes_may_start_at_once_on_a_new_database(url: str, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(3)
    workers = [context.Process(target=_keep_many, args=(url, tmp_path / "raw", start)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    store = open_store(url, tmp_path / "raw")
    records = list(store.records())
    store.close()
    assert len(records) == 5
    assert {len(record.source.arrivals) for record in records} == {3}
    assert len({record.reference for record in records}) == 5


def test_sqlite_is_durable_and_patient(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "records.db"), tmp_path / "raw")
    with store.engine.connect() as connection:
        answers = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "journal_mode")]
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == opening.WAIT_FOR_LOCK
    store.close()
    assert answers == [2, "wal"]


def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "records.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreTrouble, match="--no-store"):
        open_store(str(tmp_path / "records.db"), tmp_path / "raw")


def test_an_unfinished_original_leaves_nothing(tmp_path: Path) -> None:
    digest = keep_raw(tmp_path, b"x")
    assert keep_raw(tmp_path, b"x") == digest and read_raw(tmp_path, digest) == b"x"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [digest]


def test_references_have_no_look_alikes_in_either_script() -> None:
    assert not set(ALPHABET) & set("ABCEHKMOPTXY03468IJS1")
    assert all(re.fullmatch(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", new_reference()) for _ in range(200))


def test_every_single_slip_in_a_reference_is_noticed() -> None:
    letters = new_reference().replace("-", "")
    for place, right in enumerate(letters):
        for wrong in set(ALPHABET) - {right}:
            assert read_reference(letters[:place] + wrong + letters[place + 1 :]) is None
    for one, two in itertools.combinations(range(len(letters)), 2):
        swapped = list(letters)
        swapped[one], swapped[two] = swapped[two], swapped[one]
        assert letters[one] == letters[two] or read_reference("".join(swapped)) is None


def test_a_reference_typed_on_a_russian_keyboard_is_understood() -> None:
    drawn = "DFGLNQR"
    reference = drawn + check_character(drawn)
    on_russian_keys = reference.translate(str.maketrans("DFGLNQRVW", "вапдтйкмц"))
    assert read_reference(on_russian_keys) == f"{reference[:4]}-{reference[4:]}"
    assert read_reference("hello") is None


def test_the_sqlite_file_holds_what_was_committed(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "records.db"), tmp_path / "raw")
    kept = store.keep(small_record(), DATA)
    with sqlite3.connect(tmp_path / "records.db") as other_process:
        assert other_process.execute("SELECT reference FROM requests").fetchall() == [(kept.reference,)]
    other_process.close()
    store.close()
