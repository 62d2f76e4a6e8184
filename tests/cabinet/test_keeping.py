"""What is kept about people: forgotten when asked, shown to whom it is about, backed up while running, looked over."""

import json
import os
import re
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.backup import back_up, restore
from flows.privacy_command import Purge, purge
from flows.walking import Misuse
from pipeline.forgetting import anonymous, forget
from pipeline.ledger import Ledger
from pipeline.ledger_balance import audit, balance
from pipeline.ledger_ends import Finish, finish
from pipeline.ledger_work import claim
from pipeline.messages import FilePart, Incoming, Message
from pipeline.originals import check_originals
from pipeline.raw import keep_raw, raw_path
from pipeline.records import Arrival, Record
from pipeline.retention import old_messages, old_requests
from pipeline.stages import Decision
from pipeline.store import Store, open_store
from pipeline.trouble import StoreTrouble
from review.commands import app
from tests.small_stages import small_record

NAME, MAIL = "Zoë Quillfeather", "zoe.quillfeather@labour.example.org"
TOLD = f"institution_name: Ministry of Labour\ninstitution_country: KE\ncontact_name: {NAME}\ncontact_email: {MAIL}"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def came_in(store: Store, text: str, sender: str) -> tuple[Record, Message]:
    """A request that came as a file of the watched folder and was worked off."""
    ledger = Ledger(store.engine, store.raw_folder)
    data = text.encode()
    news = Incoming(
        channel="folder", received_at=NOW, received_by="file_time", filename=f"{sender}.docx", sender=sender
    )
    ledger.accept(data, news)
    message = claim(ledger, "test")
    assert message is not None
    arrival = Arrival(filename=f"{sender}.docx", sender=sender, channel="folder", received_at=NOW.isoformat())
    record = small_record(text, arrival.filename)
    record = record.model_copy(
        update={"source": record.source.model_copy(update={"sender": sender, "arrivals": (arrival,)})}
    )
    part = FilePart(
        filename=arrival.filename,
        sha256=record.source.sha256,
        size=len(data),
        media_type="text/plain",
        role="form",
        fate="ready",
        record_id=record.record_id,
    )
    kept = finish(ledger, store, message, "test", Finish("processed", "ready", "", (part,), (record,)))
    assert kept is not None
    return kept[0], message


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store of two requests."""
    opened = open_store(str(tmp_path / "home" / "socieux.db"), tmp_path / "home" / "raw")
    came_in(opened, TOLD, MAIL)
    came_in(opened, "institution_name: Ministry of Health\ncontact_name: Ada Obi", "ada@health.example.org")
    return opened


def first(store: Store) -> Record:
    """The record of the one who asks to be forgotten."""
    return next(record for record in store.records() if "contact_email" in record.fields)


def everything_on_disk(store: Store) -> bytes:
    """Every byte that the store has."""
    home = store.raw_folder.parent
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_a_forgotten_request_is_nowhere_and_the_ledger_still_adds_up(store: Store) -> None:
    record = first(store)
    words = Decision(
        record_id=record.record_id, made_at=NOW, made_by="analyst", kind="value", subject="contact_name", content=NAME
    )
    store.decide(words)
    store.decide(words.model_copy(update={"kind": "outcome", "subject": "", "content": "accepted", "reason": NAME}))
    ledger = Ledger(store.engine, store.raw_folder)
    before = balance(ledger)
    assert b"Quillfeather" in everything_on_disk(store)
    done = forget(store, [record.record_id], NOW)
    assert (done.requests, done.messages, done.files) == (1, 1, 1)
    assert b"uillfeather" not in everything_on_disk(store)
    after = balance(ledger)
    assert after.exact and (after.messages, after.files) == (before.messages, before.files)
    assert audit(ledger) == ()
    assert forget(store, [record.record_id], NOW).files == 0, "asked again, nothing happens"
    assert [each.kind for each in store.decisions(record.record_id)] == ["outcome"]


def test_a_forgotten_record_still_counts(store: Store) -> None:
    record = first(store)
    forget(store, [record.record_id])
    kept = store.find(record.reference or "")
    assert kept is not None and kept == kept.model_validate_json(kept.model_dump_json())
    assert kept.disposition == record.disposition and kept.eligibility.outcome == record.eligibility.outcome
    assert set(kept.fields) == {"institution_country"} and kept.source.arrivals[0].sender is None
    assert list(store.versions(record.record_id)) == [
        anonymous(kept).model_copy(update={"source": store.versions(record.record_id)[0].source})
    ]


def test_a_forgotten_form_that_comes_again_is_a_request_again(store: Store) -> None:
    record = first(store)
    forget(store, [record.record_id])
    again = store.keep(small_record(TOLD), TOLD.encode())
    assert again.reference == record.reference
    found = store.find(record.reference or "")
    assert found is not None and found.fields["contact_name"].value == NAME
    assert not list(check_originals(store))


def test_bytes_that_another_message_needs_stay(store: Store) -> None:
    record = first(store)
    ledger = Ledger(store.engine, store.raw_folder)
    other = Incoming(channel="api", received_at=NOW, received_by="upload", filename="same")
    part = FilePart(
        filename="x", sha256=record.source.sha256, size=1, media_type="x", role="none", fate="ignored", reason="r"
    )
    ledger.accept(b"a mail with the same file in it", other)
    message = claim(ledger, "test")
    assert message is not None
    finish(ledger, store, message, "test", Finish("processed", "ready", "", (part,), ()))
    forget(store, [record.record_id])
    assert raw_path(store.raw_folder, record.source.sha256).exists()


def test_only_what_is_old_and_stands_there_is_due(store: Store) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    record = first(store)
    assert len(old_requests(store, later, ["ready"])) == 2
    assert old_requests(store, later - timedelta(days=2), ["ready"]) == ()
    assert old_requests(store, later, ["quarantined", "flagged"]) == ()
    outcome = Decision(record_id=record.record_id, made_at=NOW, made_by="a", kind="outcome", subject="", content="x")
    store.decide(outcome)
    assert old_requests(store, later, ["decided"]) == (record.record_id,)
    assert len(old_requests(store, later, ["ready"])) == 1, "a decided one is no longer just ready"
    assert old_messages(store, later, ["ready"]) == ()
    store.close()


def test_the_command_forgets_by_reference_and_by_age(store: Store) -> None:
    url = str(store.raw_folder.parent / "socieux.db")
    reference = first(store).reference or ""
    assert purge(url, Purge(reference=reference)).startswith("Forgotten: 1 request(s), 1 message(s); 1 file(s)")
    later = datetime.now(UTC) + timedelta(days=400)
    assert purge(url, Purge(older_than=365, standings=("ready",), only_say=True), later).startswith("1 request(s)")
    assert purge(url, Purge(older_than=365, standings=("ready",)), later).startswith("Forgotten: 1 request(s)")
    for wrong in (
        Purge(),
        Purge(reference="x", older_than=1),
        Purge(older_than=1),
        Purge(older_than=1, standings=("x",)),
    ):
        with pytest.raises(Misuse):
            purge(url, wrong)


@pytest.mark.parametrize("asked", [NAME, "quillfeather, zoe", MAIL.upper()])
def test_a_person_sees_everything_that_is_kept_about_them(store: Store, asked: str) -> None:
    url = str(store.raw_folder.parent / "socieux.db")
    done = CliRunner().invoke(app, ["export", "--person", asked, "--store", url])
    (told,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert told["record_id"] == first(store).record_id and told["originals"] == [first(store).source.sha256]
    assert told["readings"] and told["arrivals"] and told["messages"][0]["sender"] == MAIL
    assert "Ada Obi" not in done.stdout
    nobody = CliRunner().invoke(app, ["export", "--person", "Ada Quillfeather", "--store", url])
    assert nobody.exit_code == 0 and not nobody.stdout


def test_a_backup_made_while_others_write_is_whole(store: Store, tmp_path: Path) -> None:
    url, stop = str(store.raw_folder.parent / "socieux.db"), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            text = f"institution_name: Ministry {number}"
            store.keep(small_record(text), text.encode())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = [back_up(url, tmp_path / f"{n}.backup") for n in range(3)]
    finally:
        stop.set()
        writer.join()
    place = tmp_path / "elsewhere" / "socieux.db"
    assert restore(tmp_path / "2.backup", str(place)) == counts[-1] >= 2
    back = open_store(str(place), place.parent / "raw")
    records = list(back.records())
    assert len(records) >= 2 and all(back.raw(record.source.sha256) for record in records)
    assert not [fault for fault in check_originals(back) if fault.owners]
    assert sqlite3.connect(place).execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert oct((tmp_path / "2.backup").stat().st_mode)[-3:] == "600"
    with pytest.raises(StoreTrouble, match="already"):
        restore(tmp_path / "2.backup", str(place))


def test_a_damaged_or_foreign_backup_is_refused_and_leaves_no_store(store: Store, tmp_path: Path) -> None:
    url = str(store.raw_folder.parent / "socieux.db")
    whole = tmp_path / "whole.backup"
    back_up(url, whole)
    data = whole.read_bytes()
    (tmp_path / "cut").write_bytes(data[: len(data) // 2])
    flipped = bytearray(data)
    flipped[data.index(TOLD.encode()[:30]) + 5] ^= 1
    (tmp_path / "flipped").write_bytes(flipped)
    (tmp_path / "foreign").write_bytes(b"PK\x03\x04")
    for name in ("cut", "flipped", "foreign"):
        with pytest.raises(StoreTrouble):
            restore(tmp_path / name, str(tmp_path / name / "socieux.db") + "-new")
        assert not (tmp_path / f"{name}-new").exists()


def test_a_bit_that_flips_on_the_disk_is_found_and_its_owner_named(store: Store) -> None:
    record = first(store)
    assert not list(check_originals(store))
    path = raw_path(store.raw_folder, record.source.sha256)
    path.chmod(0o640)
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)
    (fault,) = check_originals(store)
    assert fault.state == "changed" and f"request {record.reference}" in fault.sentence
    os.unlink(path)
    (fault,) = check_originals(store)
    assert fault.state == "missing" and f"request {record.reference}" in fault.owners


def test_postgresql_is_backed_up_and_restored_too(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import create_engine, text

    monkeypatch.setenv("SOCIEUX_HOME", str(tmp_path / "home"))
    server = create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for name in ("kept", "empty"):
            connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()
    kept, empty = (re.sub("/postgres$", f"/{name}", postgresql) for name in ("kept", "empty"))
    opened = open_store(kept, tmp_path / "home" / "raw")
    came_in(opened, TOLD, MAIL)
    forgotten = opened.keep(small_record("title: x"), b"title: x")
    forget(opened, [forgotten.record_id])
    opened.close()
    back_up(kept, tmp_path / "b")
    monkeypatch.setenv("SOCIEUX_HOME", str(tmp_path / "other"))
    assert restore(tmp_path / "b", empty) == 1
    back = open_store(empty, tmp_path / "other" / "raw")
    assert [record.fields["contact_name"].value for record in back.records() if record.fields] == [NAME]
    assert not list(check_originals(back))
    back.close()
    with pytest.raises(StoreTrouble, match="not empty"):
        restore(tmp_path / "b", empty)


def test_the_check_on_the_command_line(store: Store) -> None:
    url = str(store.raw_folder.parent / "socieux.db")
    assert CliRunner().invoke(app, ["check", "--store", url]).exit_code == 0
    keep_raw(store.raw_folder, b"nobody's")
    path = raw_path(store.raw_folder, first(store).source.sha256)
    path.unlink()
    done = CliRunner().invoke(app, ["check", "--store", url])
    assert done.exit_code == 1 and "missing" in done.output
