"""The nightly run, the digest, the drafts, the status, and Prefect around them: plain functions first."""

import io
import os
import re
import socket
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pydantic import ValidationError
from sqlalchemy import func, update

import flows.quiet  # noqa: F401
from flows.digest import Digest, StepDone
from flows.drafting import Drafting, remove_forgotten_drafts
from flows.mailbox_settings import FolderSettings, MailboxSettings, WatchSettings, load_settings
from flows.night import Night, at_once, run_night
from flows.night_settings import NightSettings, Retention
from flows.plain_faults import Lasting, Passing, plainly
from flows.process import process_bytes
from flows.provenance import made_with
from flows.reading_anew import read_anew
from flows.status_command import show_status, signs_of_life
from flows.walking import Misuse
from flows.working_off import WorkingOff
from pipeline.desk_tables import AUDIT, CLAIMS, USERS
from pipeline.differences import differences
from pipeline.forgetting import forget
from pipeline.ledger import Ledger
from pipeline.ledger_balance import Balance, audit, balance
from pipeline.ledger_days import keep_day, last_days
from pipeline.ledger_drafts import drafts_of
from pipeline.ledger_signs import beat, heartbeats, notices, take_lease
from pipeline.messages import Accepted, Incoming
from pipeline.older_readings import made_otherwise
from pipeline.raw import is_kept, keep_raw, kept_hashes, raw_path, read_raw, remove_raw
from pipeline.records import Arrival, Record
from pipeline.stages import Decision
from pipeline.store import Store, open_store
from pipeline.tables import RECORDS
from tests.small_reader import SmallReader
from tests.small_stages import SMALL, TODAY

HOUSE = Path(__file__).resolve().parent.parent


def night(store: Store, tmp_path: Path, settings: WatchSettings | None = None, **more: object) -> Night:
    """A night with the small reader; ``clock`` and ``reader`` may be others."""
    reader = more.get("reader", SmallReader())
    clock = more.get("clock")
    ledger = (
        Ledger(store.engine, store.raw_folder, clock) if callable(clock) else Ledger(store.engine, store.raw_folder)
    )
    assert isinstance(reader, SmallReader)

    @contextmanager
    def opened() -> Iterator[SmallReader]:
        yield reader

    return Night(ledger, store, settings or WatchSettings(), opened, tmp_path, lambda: TODAY)


def mail(*files: str, first: str = "<1@min.gov>") -> bytes:
    return "\n--\n".join((f"{first}\nhello", *files)).encode()


def come(ledger: Ledger, data: bytes) -> Accepted:
    return ledger.accept(data, Incoming(channel="mail", received_at=datetime.now(UTC), received_by="internaldate"))


def older(record: Record) -> Record:
    """As an earlier release would have made it."""
    return record.model_copy(update={"made_with": record.made_with.model_copy(update={"rules": "0+old"})})


def kept(store: Store, text: str) -> Record:
    data = text.encode()
    return store.keep(older(process_bytes(data, Arrival(filename="a.txt"), TODAY, lambda _: (), stages=SMALL)), data)


def test_a_night_does_everything_outstanding_and_a_second_one_finds_nothing(store: Store, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.txt").write_text("title: from the folder")
    settings = WatchSettings(folders=(FolderSettings(path=inbox, settle=0.05, reserve=0),))
    tonight = night(store, tmp_path, settings)
    come(tonight.ledger, mail("title: from the mailbox", "xlogo"))
    report = run_night(tonight)
    assert report.good, report.lines()
    assert {record.fields["title"].value for record in store.records()} == {"from the folder", "from the mailbox"}
    told = balance(tonight.ledger)
    assert (told.messages.seen, told.messages.ready, told.files.ignored) == (2, 2, 1) and audit(tonight.ledger) == ()
    assert [day for day, _ in last_days(tonight.ledger, 5)] == [datetime.now(tonight.settings.night.zone).date()]
    again = run_night(tonight)
    assert again.good and "done   work off: nothing was due" in again.lines()
    assert balance(tonight.ledger).messages == told.messages and len(last_days(tonight.ledger, 5)) == 1
    written = [path for path in (tmp_path / "digests").iterdir() if path.is_file()]
    assert sorted(path.suffix for path in written) == [".html", ".txt"]


def test_f4_two_nights_at_once_do_the_work_once(store: Store, tmp_path: Path) -> None:
    """One holds the lease; the other says so. Without the lease both run, and still nothing is doubled."""
    inside, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        inside.set()
        go_on.wait(20)

    first = night(store, tmp_path, reader=SmallReader(before=slowly))
    come(first.ledger, mail("title: one"))
    thread = threading.Thread(target=run_night, args=(first,))
    thread.start()
    assert inside.wait(20)
    other = run_night(night(store, tmp_path))
    assert other.digest is None and other.good and "Another nightly run" in other.lines()[0]
    go_on.set()
    thread.join(20)
    assert len(list(store.records())) == 1 and balance(first.ledger).messages.ready == 1


def test_f2_a_night_whose_process_died_does_not_keep_the_next_one_from_running(store: Store, tmp_path: Path) -> None:
    """Its lease lapses by itself, on whatever machine it died."""
    later = datetime.now(UTC) + timedelta(seconds=61)
    take_lease(Ledger(store.engine, store.raw_folder), "nightly", "elsewhere/0/0/1.1/nightly.1")
    assert run_night(night(store, tmp_path)).digest is None
    assert run_night(night(store, tmp_path, clock=lambda: later)).digest is not None


def test_a_step_that_fails_stops_no_other(store: Store, tmp_path: Path) -> None:
    """A folder that is gone, an original that was changed: both are told, the rest is done."""
    gone = WatchSettings(folders=(FolderSettings(path=tmp_path / "gone", settle=0.05, reserve=0),))
    tonight = night(store, tmp_path, gone)
    come(tonight.ledger, mail("title: one"))
    damaged = keep_raw(store.raw_folder, b"as it was")
    raw_path(store.raw_folder, damaged).chmod(0o600)
    raw_path(store.raw_folder, damaged).write_bytes(b"not as it was")
    report = run_night(tonight, lambda _name, work: work())
    assert not report.good and report.digest is not None
    failed = {step.name for step in report.digest.steps if not step.good}
    assert failed == {"folder 1", "originals"} and len(list(store.records())) == 1
    (sign,) = [each for each in heartbeats(tonight.ledger) if each.name == "nightly"]
    assert sign.good_at is None and "folder 1" in sign.said
    assert [notice.code for notice in notices(tonight.ledger)] == ["original_damaged"]
    remove_raw(store.raw_folder, damaged)
    assert run_night(night(store, tmp_path)).good and not notices(tonight.ledger)


def test_what_may_pass_is_tried_again_and_a_bug_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.night.PAUSES", (0.0, 0.0))
    tries: list[int] = []

    def line_fails() -> str:
        tries.append(1)
        raise Passing("The connection broke off.")

    with pytest.raises(Passing):
        at_once("mailbox 1", line_fails)
    assert len(tries) == 3
    with pytest.raises(Lasting, match=r"KeyError at test_nightly.py:\d+") as caught:
        plainly(lambda: {}["Ana Pereira"])
    assert "Ana" not in str(caught.value) and caught.value.__suppress_context__


def test_older_readings_are_read_anew_beside_the_old_ones(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    same, different = kept(store, "title: the same"), kept(store, "title: another")
    with store.engine.begin() as connection:
        wrong = func.replace(RECORDS.c.record, "another", "a misreading")
        connection.execute(update(RECORDS).where(RECORDS.c.record_id == different.record_id).values(record=wrong))
    report = run_night(night(store, tmp_path))
    assert "done   read anew: 2 read anew, 1 differ, 0 kept their earlier reading" in report.lines()
    assert [record.fields["title"].value for record in store.versions(different.record_id)] == [
        "a misreading",
        "another",
    ]
    newest = store.versions(different.record_id)[-1]
    assert newest.made_with == made_with(TODAY) and newest.disposition == "flagged"
    assert [flag.severity for flag in newest.flags if flag.code == "read_differently"] == ["warning"]
    assert not any("misreading" in flag.message for flag in newest.flags)
    assert store.versions(same.record_id)[-1].disposition == "ready"
    found = store.find(newest.reference or "")
    assert found is not None and len(found.source.arrivals) == 1, "it has not come in once more"
    with store.engine.connect() as connection:
        told = {row.record_id: row.detail for row in connection.execute(AUDIT.select())}
    assert told == {same.record_id: "no difference", different.record_id: "title"}
    assert "done   read anew: nothing was made with older rules or models" in run_night(night(store, tmp_path)).lines()


def test_a_mail_is_read_anew_as_a_whole_and_its_records_keep_their_arrivals(store: Store, ledger: Ledger) -> None:
    come(ledger, mail("title: one", "title: two"))
    WorkingOff(ledger, store, SmallReader(), threads=1).run_dry()
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE records SET made_with = '{}'")
    reader = SmallReader()
    assert read_anew(ledger, store, reader).sentence() == "2 read anew, 0 differ, 0 kept their earlier reading"
    assert len(reader.begun) == 1 and audit(ledger) == () and balance(ledger).messages.ready == 1
    assert {len(record.source.arrivals) for record in store.records()} == {1}


def test_a_new_reading_that_fails_is_not_kept(store: Store, ledger: Ledger) -> None:
    record = kept(store, "title: one")

    class Worse(SmallReader):
        def begin(self, data: bytes, arrival: Arrival, is_mail: bool):  # type: ignore[no-untyped-def]
            return super().begin(b"!" + data, arrival, is_mail)

    class SameId(Worse):
        def begin(self, data: bytes, arrival: Arrival, is_mail: bool):  # type: ignore[no-untyped-def]
            reading = super().begin(data, arrival, is_mail)
            finish = reading.finish

            def renamed():  # type: ignore[no-untyped-def]
                told = finish()
                (request,) = told.requests
                again = request.reading.model_copy(update={"record_id": record.record_id})
                return type(told)((type(request)(again, data),))

            reading.finish = renamed  # type: ignore[method-assign]
            return reading

    assert read_anew(ledger, store, SameId()).failed == 1
    assert len(store.versions(record.record_id)) == 1
    assert [notice.code for notice in notices(ledger)] == ["read_anew_failed"]
    assert made_otherwise(store, made_with(TODAY)) == (), "not every night again"


def test_what_a_person_decided_on_is_not_read_anew_unless_asked(store: Store) -> None:
    record = kept(store, "title: one")
    decided = Decision.model_validate(
        {
            "record_id": record.record_id,
            "kind": "outcome",
            "subject": "eligible",
            "content": "",
            "made_by": "ana",
            "made_at": datetime.now(UTC),
        }
    )
    store.decide(decided)
    assert made_otherwise(store, made_with(TODAY)) == ()
    assert made_otherwise(store, made_with(TODAY), closed_too=True) == (record.record_id,)


def test_differences_name_what_differs_and_never_what_stands_there() -> None:
    one = process_bytes(b"title: secret\nhead_name: Ana", Arrival(), TODAY, lambda _: (), stages=SMALL)
    two = process_bytes(b"title: other\nhead_name: Ana", Arrival(), TODAY, lambda _: ("AAAA-AAAA",), stages=SMALL)
    assert differences(one, one) == ()
    assert differences(one, two) == ("disposition", "title", "one_action_at_a_time")


def test_lapsed_claims_go_and_living_ones_stay(store: Store, tmp_path: Path) -> None:
    gone, held = kept(store, "title: one"), kept(store, "title: two")
    now = datetime.now(UTC)
    user = {"id": 1, "name": "ana", "full_name": "Ana", "role": "analyst", "active": True, "created_at": now}
    with store.engine.begin() as connection:
        connection.execute(USERS.insert(), user)
        for record, until in ((gone, now - timedelta(minutes=1)), (held, now + timedelta(minutes=5))):
            row = {"record_id": record.record_id, "user_id": 1, "claimed_at": now, "expires_at": until}
            connection.execute(CLAIMS.insert(), row)
    assert "done   claims: 1 lapsed claim(s) of analysts removed" in run_night(night(store, tmp_path)).lines()
    with store.engine.connect() as connection:
        assert connection.execute(CLAIMS.select()).one().record_id == held.record_id


def test_retention_forgets_what_is_old_enough_and_nothing_without_periods(store: Store, tmp_path: Path) -> None:
    tonight = night(store, tmp_path)
    come(tonight.ledger, mail("title: one"))
    run_night(tonight)
    assert (tmp_path / "drafts").exists() and list((tmp_path / "drafts").iterdir())
    in_a_year = datetime.now(UTC) + timedelta(days=400)
    assert any(
        "no periods are set" in line for line in run_night(night(store, tmp_path, clock=lambda: in_a_year)).lines()
    )
    periods = NightSettings(retention=(Retention(standing="ready", days=365),))
    report = run_night(night(store, tmp_path, WatchSettings(night=periods), clock=lambda: in_a_year))
    assert "done   retention: 1 request(s), 1 message(s) and 1 draft(s) forgotten" in report.lines()
    assert report.good and not list((tmp_path / "drafts").iterdir()) and not list(kept_hashes(store.raw_folder))


def test_a_notice_of_receipt_is_drafted_once_and_never_sent(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    drafting = Drafting(ledger, store, tmp_path / "drafts", for_mailbox=True)
    come(ledger, mail("title: one", "title: two"))
    WorkingOff(ledger, store, SmallReader(), threads=1, finished=drafting.after).run_dry()
    files = sorted((tmp_path / "drafts").iterdir())
    assert len(files) == 2 and {path.suffix for path in files} == {".eml"}
    letter = message_from_bytes(files[0].read_bytes(), policy=default)
    assert letter["In-Reply-To"] == letter["References"] == "<1@min.gov>" and letter["To"] == "ana@min.gov"
    assert letter["X-Unsent"] == "1" and "not a confirmation" in letter.get_content().replace("\n", " ")
    for path in files:
        path.unlink()  # Somebody has sent it.
    assert drafting.catch_up() == 0 and not list((tmp_path / "drafts").iterdir())
    come(ledger, mail("title: one", first="<2@min.gov>"))
    WorkingOff(ledger, store, SmallReader(), threads=1, finished=drafting.after).run_dry()
    assert not list((tmp_path / "drafts").iterdir()), "the same request once more"
    states = {draft.state for record in store.records() for draft in drafts_of(ledger, record.record_id)}
    assert states == {"waiting"}


def test_a_draft_missed_by_a_crash_is_made_at_night_and_none_for_automatic_mail(store: Store, tmp_path: Path) -> None:
    tonight = night(store, tmp_path)
    come(tonight.ledger, mail("title: one"))
    come(tonight.ledger, b"<3@min.gov>\nI am out of office, auto\n--\nxlogo")
    come(tonight.ledger, b"<4@min.gov>\nno form in it")
    WorkingOff(tonight.ledger, store, SmallReader(), threads=1).run_dry()
    assert "done   drafts: 2 missing notice(s) of receipt drafted" in run_night(tonight).lines()
    letters = [path.read_text() for path in (tmp_path / "drafts").iterdir()]
    assert len(letters) == 2 and not any("3@min.gov" in text for text in letters)
    (record,) = [each for each in store.records() if each.disposition == "ready"]
    assert drafts_of(tonight.ledger, record.record_id)[0].state == "kept"
    forget(store, [record.record_id])
    assert remove_forgotten_drafts(store, tmp_path / "drafts") == 1


def test_the_digest_tells_the_days_and_escapes_what_it_quotes(ledger: Ledger, tmp_path: Path) -> None:
    at = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
    for number in range(20):
        sums = {"seen": 3 * number, "ready": 2 * number, "flagged": number}
        waits = at - timedelta(days=20 - number, hours=5) if number % 2 else None
        told = {"at": at - timedelta(days=20 - number), "messages": sums, "files": {}, "oldest_waiting": waits}
        keep_day(ledger, date(2026, 11, 2) + timedelta(days=number), Balance.model_validate(told))
    digest = Digest(
        day=date(2026, 11, 21),
        at=at,
        balance=Balance.model_validate(told | {"reasons": {"A <logo> & more": 4}}),
        steps=(StepDone(name="mailbox 1", said="The server <refuses>.", good=False),),
        notices=("The disk is full.",),
        days=last_days(ledger, 15),
    )
    assert [(day.new, day.ready, day.flagged) for day in digest.chart()] == [(3, 2, 1)] * 14
    page, text = digest.page(), digest.text()
    assert (
        "SOMETHING NEEDS ATTENTION" in text
        and "FAILED: mailbox 1" in text
        and "2026-11-21    3      2        1" in text
    )
    assert "A &lt;logo&gt; &amp; more" in page and "&lt;refuses&gt;" in page and "http" not in page
    for drawing in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(drawing)
    assert page.count('<rect class="new"') == 15 and "the oldest has waited for 5.0 hours" in text


def test_33_status_tells_a_quiet_day_from_a_dead_watcher(ledger: Ledger, database: str, tmp_path: Path) -> None:
    settings = WatchSettings(folders=(FolderSettings(path=tmp_path),))
    out = io.StringIO()
    address = database
    assert not show_status(address, settings, out) and "there was never a good pass" in out.getvalue()
    beat(ledger, f"watch {tmp_path}", "0 files there, 0 new", good=True)
    assert not show_status(address, settings, io.StringIO()), "the night has never run"
    beat(ledger, "nightly", "all done", good=True)
    assert show_status(address, settings, io.StringIO())
    beat(ledger, f"watch {tmp_path}", "The disk is full.")
    now = datetime.now(UTC)
    for hours, late in ((0.5, []), (2, ["watch"]), (30, ["watch", "nightly"]), (-1, ["watch", "nightly"])):
        signs = signs_of_life(ledger, settings, now + timedelta(hours=hours))
        assert [sign.name.split()[0] for sign in signs if sign.wrong] == late
    nothing = io.StringIO()
    assert not show_status(str(tmp_path / "none.db"), settings, nothing) and "there is no store" in nothing.getvalue()
    assert not (tmp_path / "none.db").exists()


def test_32_the_night_is_at_the_hour_of_the_settings_and_never_when_clocks_change(tmp_path: Path) -> None:
    file = tmp_path / "watch.toml"
    file.write_text('[night]\nat = "05:05"\n[[night.retention]]\nstanding = "decided"\ndays = 1825\n')
    told = load_settings(file).night
    assert told.cron == "5 5 * * *" and told.time_zone == "Europe/Brussels" and told.retention[0].days == 1825
    assert NightSettings().cron == "30 4 * * *"
    file.write_text('[night]\nat = "02:30"\n')
    with pytest.raises(Misuse, match="night.at"):
        load_settings(file)
    with pytest.raises(ValidationError):
        NightSettings(time_zone="Europe/Nowhere")


def test_the_sample_settings_are_what_holds_without_them() -> None:
    """``docs/watch.toml`` documents every setting with its default; what is commented out there is right as well."""
    sample = HOUSE / "docs" / "watch.toml"
    told = load_settings(sample)
    (mailbox,), (folder,) = told.mailboxes, told.folders
    given = {"host", "user", "password_file", "office"}
    assert told.night == NightSettings() and told.model_copy(update={"mailboxes": (), "folders": ()}) == WatchSettings()
    assert mailbox.model_dump(exclude=given) == MailboxSettings(host="h", user="u").model_dump(exclude=given)
    assert folder == FolderSettings(path=folder.path)
    text = re.sub(r"^# (?=(\w+ = |\[))", "", sample.read_text("utf-8"), flags=re.MULTILINE)
    everything = WatchSettings.model_validate(tomllib.loads(text))
    assert everything.mailboxes[0].sign_on and everything.night.retention[0].days == 1825
    for kind, known in ((WatchSettings, told), (MailboxSettings, mailbox), (FolderSettings, folder)):
        for name in kind.model_fields:
            assert name in text, f"{name} is not explained"
        assert isinstance(known, kind)


def test_every_notice_is_explained() -> None:
    guide = (HOUSE / "docs" / "service.md").read_text("utf-8")
    code = "".join(path.read_text("utf-8") for path in (HOUSE / "flows").glob("*.py"))
    told = set(re.findall(r"\bnotify\([\w.]+, \"(\w+)\"", code))
    assert len(told) > 8 and all(f"`{name}`" in guide for name in told), told
    for command in re.findall(r"`socieux (\w+)", guide):
        assert command in ("watch", "serve", "door", "status", "ledger", "nightly", "check"), command


@pytest.mark.sqlite_only
def test_originals_in_an_object_store_are_kept_whole_and_found_by_other_machines(store: Store, tmp_path: Path) -> None:
    """S3 as moto speaks it, on loopback."""
    server = pytest.importorskip("moto.server", reason="pip install 'moto[s3,server]' s3fs")
    s3fs = pytest.importorskip("s3fs", reason="pip install s3fs")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    told = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    before = dict(os.environ)
    try:
        host, port = running.get_host_and_port()
        os.environ |= told | {"AWS_ENDPOINT_URL": f"http://{host}:{port}"}
        s3fs.S3FileSystem().mkdir("originals")
        far = Store(store.engine, Path("s3://originals/raw"))
        tonight = night(far, tmp_path)
        come(tonight.ledger, mail("title: one"))
        report = run_night(tonight)
        assert report.good, report.lines()
        digest = keep_raw(far.raw_folder, b"more")
        assert read_raw(far.raw_folder, digest) == b"more" and digest in list(kept_hashes(far.raw_folder))
        assert remove_raw(far.raw_folder, digest) and not is_kept(far.raw_folder, digest)
        with pytest.raises(FileNotFoundError):
            read_raw(far.raw_folder, digest)
        assert not store.raw_folder.exists() and not Path("s3:").exists()
        s3fs.S3FileSystem().pipe_file(f"originals/raw/{next(kept_hashes(far.raw_folder))[:2]}/{'0' * 64}", b"")
        assert not run_night(tonight).good, "a changed original is found there too"
    finally:
        os.environ.clear()
        os.environ.update(before)
        running.stop()


def test_an_object_store_that_is_away_is_a_trouble_of_ours_and_loses_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(OSError):
            keep_raw(Path("http://127.0.0.1:1/raw"), b"data")


def test_prefect_works_with_the_libraries_beside_it() -> None:
    """Two faults of Prefect 3.8.8 that no resolver sees: with SQLAlchemy 2.1 its scheduler raises and no run is ever
    scheduled; with FastAPI 0.154 its server refuses what its own ``prefect deploy`` asks."""
    import fastapi
    import sqlalchemy

    wrong = []
    if tuple(map(int, sqlalchemy.__version__.split(".")[:2])) >= (2, 1):
        wrong.append("sqlalchemy>=2.0.58,<2.1")
    if tuple(map(int, fastapi.__version__.split(".")[:2])) > (0, 150):
        wrong.append("fastapi>=0.139,<0.151")
    if wrong and os.environ.get("CI") != "true":
        pytest.skip("pip install " + " ".join(map(repr, wrong)))
    assert not wrong


def test_prefect_runs_what_is_due_with_ids_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two flows against a server of their own: a night, then a pass; names, results and logs hold ids."""
    from prefect.client.orchestration import get_client
    from prefect.testing.utilities import prefect_test_harness

    from flows import scheduled

    address = str(tmp_path / "records.db")
    monkeypatch.setenv("SOCIEUX_STORE", address)
    monkeypatch.setattr(
        "flows.night_command.reader_of", lambda *_: night(open_store(address, tmp_path / "raw"), tmp_path).open_reader()
    )
    opened = open_store(address, tmp_path / "raw")
    ledger = Ledger(opened.engine, opened.raw_folder)
    come(ledger, mail("title: Ana Pereira"))
    with prefect_test_harness(server_startup_timeout=120):
        (done,) = scheduled.watch()
        assert done["state"] == "processed" and len(done["records"]) == 1
        lines = scheduled.nightly()
        assert "done   work off: nothing was due" in lines
        with get_client(sync_client=True) as client:
            runs = client.request("POST", "/flow_runs/filter", json={}).json()
            tasks = client.request("POST", "/task_runs/filter", json={}).json()
            logs = client.request("POST", "/logs/filter", json={}).json()
    assert sorted(run["name"].split()[0] for run in runs) == ["nightly", "watch"]
    assert all(
        re.fullmatch(r"\w+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", run["name"]) and not run["parameters"] for run in runs
    )
    assert "message 1" in {task["name"] for task in tasks}
    assert not any("Ana" in repr(each) for each in (*runs, *tasks, *logs))
    opened.close()
