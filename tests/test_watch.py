"""The watcher against a real Dovecot: the ways a mailbox fails, named after the failure (numbers: the list of them)."""

import contextlib
import itertools
import os
import re
import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from flows.mail_folder import Head, Mailbox, open_mailbox
from flows.mail_line import MailboxTrouble, NotGiven, Refused
from flows.mailbox_settings import FolderSettings, MailboxSettings, SignOn, WatchSettings, load_settings
from flows.message_reading import Reader
from flows.readers import PostReader
from flows.sign_in import ByPassword, ByToken, SignIn
from flows.taking_in import DiskFull, Pass, TakingIn
from flows.walking import Misuse
from flows.watch_command import Watch, gather_settings
from flows.watched_folder import FolderWatcher
from flows.watching import Watcher
from flows.working_off import WorkingOff
from pipeline import ledger_drafts, ledger_parked
from pipeline.ledger import Ledger
from pipeline.ledger_balance import audit, balance
from pipeline.ledger_signs import heartbeats, notices
from pipeline.raw import remove_raw
from pipeline.store import Store
from tests.broken_line import BrokenLine
from tests.dovecot import PASSWORD, Dovecot, make_dovecot, running_dovecot
from tests.small_reader import SmallReader
from tests.small_stages import TODAY
from tests.token_issuer import SECRET, TokenIssuer

_NUMBERS = itertools.count()
SAMPLES = Path(__file__).resolve().parent.parent / "sample_forms"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with running_dovecot() as running:
        yield running


@pytest.fixture
def dovecot(server: Dovecot, request: pytest.FixtureRequest) -> Dovecot:
    """The server with a fresh mailbox."""
    name = re.sub(r"\W", "-", request.node.name)
    return server.of(f"{next(_NUMBERS)}.{name[:40]}@socieux.test")


def mail(number: int, extra: bytes = b"") -> bytes:
    """A mail for the small reader: a file after a line of two hyphens."""
    return b"Subject: request %d\r\n\r\nhello\n--\ntitle: form %d" % (number, number) + extra


def settings(server: Dovecot, **more: object) -> MailboxSettings:
    told: dict[str, object] = {"host": server.host, "port": server.port, "user": server.user, "reserve": 0}
    return MailboxSettings.model_validate(told | {"certificates": server.certificate} | more)


def watcher(ledger: Ledger, told: MailboxSettings, sign_in: SignIn | None = None) -> Watcher:
    how = sign_in or ByPassword(told.user, PASSWORD)
    return Watcher(ledger, told, how, threading.Event(), first_wait=0.05)


@contextlib.contextmanager
def watching(*watchers: Watcher | FolderWatcher) -> Iterator[None]:
    """The watchers at work, until the end of the block."""
    threads = [threading.Thread(target=each.run, daemon=True) for each in watchers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for each in watchers:
            each.stop.set()
        for thread in threads:
            thread.join(20)
        assert not any(thread.is_alive() for thread in threads)


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def number_of(ledger: Ledger) -> int:
    return sum(1 for _ in ledger.messages())


def work(ledger: Ledger, store: Store, reader: Reader | None = None) -> None:
    WorkingOff(ledger, store, reader or SmallReader(), threads=1).run_dry()


def whole(ledger: Ledger, store: Store, records: int) -> None:
    """Nothing lost, nothing doubled, the balance exact."""
    work(ledger, store)
    titles = [record.fields["title"].value for record in store.records() if "title" in record.fields]
    assert len(titles) == len(set(titles)) == records
    assert audit(ledger) == () and balance(ledger).exact


def test_a_real_form_in_a_real_mail_becomes_a_record(dovecot: Dovecot, ledger: Ledger, store: Store) -> None:
    """From IDLE to the store, with the workers that serve everybody."""
    form = min(SAMPLES.glob("*.docx"), key=lambda path: path.stat().st_size)
    letter = EmailMessage()
    letter["From"], letter["Subject"], letter["Message-ID"] = "Ana <ana@min.gov>", "Our request", "<1@min.gov>"
    letter.set_content("Please find our request attached.")
    letter.add_attachment(form.read_bytes(), maintype="application", subtype="octet-stream", filename=form.name)
    with PostReader(lambda: TODAY, workers=1) as reader:
        work_off = WorkingOff(ledger, store, reader, threads=1)
        work_off.start()
        watch = watcher(ledger, settings(dovecot))
        watch.arrived = work_off.wake
        with watching(watch):
            until(lambda: bool(heartbeats(ledger)))
            dovecot.deliver(letter.as_bytes())
            until(lambda: bool(list(store.records())), 60)
        work_off.stop()
    (record,) = store.records()
    (arrival,) = record.source.arrivals
    assert record.disposition in ("ready", "flagged") and record.source.channel == "mail"
    assert (arrival.sender, arrival.message_id) == ("ana@min.gov", "<1@min.gov>")
    assert audit(ledger) == () and balance(ledger).files.seen == 1


@pytest.mark.sqlite_only
def test_01_a_half_open_line_is_noticed_and_mail_is_heard_again(dovecot: Dovecot, ledger: Ledger) -> None:
    line = BrokenLine(dovecot.port).start()
    watch = watcher(ledger, settings(dovecot, port=line.port, poll=0.5, step_limit=1))
    with watching(watch):
        until(lambda: bool(heartbeats(ledger)))
        line.deaf = True
        dovecot.deliver(mail(1))
        time.sleep(1)
        line.deaf = False
        until(lambda: number_of(ledger) == 1)
    line.close()
    assert line.connections >= 2


@pytest.mark.sqlite_only
def test_01_idle_is_renewed_and_the_folder_listed_though_nobody_calls(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that never calls: what it would have said is found by looking."""
    monkeypatch.setattr(Mailbox, "wait", lambda self, seconds: bool(time.sleep(min(seconds, 0.2))))
    with watching(watcher(ledger, settings(dovecot, renew_idle=0.3))):
        until(lambda: bool(heartbeats(ledger)))
        dovecot.deliver(mail(1))
        until(lambda: number_of(ledger) == 1)
    with pytest.raises(ValueError, match="less than or equal to 600"):
        settings(dovecot, renew_idle=1200)


def test_02_mail_that_comes_between_list_and_idle_is_not_missed(dovecot: Dovecot, ledger: Ledger) -> None:
    dovecot.deliver(mail(1))
    watch = watcher(ledger, settings(dovecot, poll=60))
    more = iter((2, 3))
    watch.arrived = lambda: [dovecot.deliver(mail(number)) for number in [next(more, None)] if number]  # type: ignore[assignment,return-value]
    with watching(watch):
        until(lambda: number_of(ledger) == 3)


def test_03_two_watchers_at_once_do_no_harm(dovecot: Dovecot, ledger: Ledger, store: Store) -> None:
    one, two = (watcher(ledger, settings(dovecot, poll=0.3)) for _ in range(2))
    two._has_lease = lambda: True  # type: ignore[method-assign]
    with watching(one, two):
        for number in range(12):
            dovecot.deliver(mail(number))
        until(lambda: number_of(ledger) == 12)
    whole(ledger, store, 12)


def test_03_the_second_watcher_waits_and_takes_over(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.watching.SLICE", 0.2)
    one, two = (watcher(ledger, settings(dovecot, poll=0.3)) for _ in range(2))
    with watching(one):
        until(lambda: bool(heartbeats(ledger)))
        with watching(two):
            time.sleep(0.5)
            assert two._troubles == 0 and not two._has_lease()
            one.stop.set()
            until(lambda: two._has_lease())
            dovecot.deliver(mail(1))
            until(lambda: number_of(ledger) == 1)


def test_04_a_new_uidvalidity_relists_and_matches_by_bytes(dovecot: Dovecot, ledger: Ledger, store: Store) -> None:
    dovecot.deliver(mail(1), mail(2))
    watcher(ledger, settings(dovecot)).run_once()
    work(ledger, store)
    dovecot.forget_uids()
    dovecot.deliver(mail(3))
    said = watcher(ledger, settings(dovecot)).run_once()
    assert "1 new, 2 known" in said and "2 gone" in said
    watcher(ledger, settings(dovecot)).run_once()
    assert [notice.code for notice in notices(ledger)] == ["mailbox_rebuilt"]
    whole(ledger, store, 3)


def test_06_mail_is_touched_only_when_its_record_is_durable(dovecot: Dovecot, ledger: Ledger, store: Store) -> None:
    dovecot.deliver(mail(1))
    told = settings(dovecot, move_to="Done")
    watcher(ledger, told).run_once()
    watcher(ledger, told).run_once()
    assert uids(dovecot, "INBOX") == 1 and uids(dovecot, "Done") == 0
    whole(ledger, store, 1)
    watcher(ledger, told).run_once()
    assert uids(dovecot, "INBOX") == 0 and uids(dovecot, "Done") == 1
    watcher(ledger, told).run_once()
    whole(ledger, store, 1)


def test_06_mail_that_cannot_be_moved_is_told_of_and_holds_up_nothing(
    dovecot: Dovecot, ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch = Mailbox.touch

    def not_the_first(self: Mailbox, uid: int) -> None:
        if uid == 1:
            raise Refused("The server refused: over quota")
        touch(self, uid)

    dovecot.deliver(mail(1), mail(2))
    told = settings(dovecot, move_to="Done")
    watcher(ledger, told).run_once()
    whole(ledger, store, 2)
    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "touch", not_the_first)
        watcher(ledger, told).run_once()
    assert uids(dovecot, "Done") == 1 and [notice.code for notice in notices(ledger)] == ["not_touched"]
    watcher(ledger, told).run_once()
    assert uids(dovecot, "Done") == 2 and notices(ledger) == ()


def test_04_a_number_that_the_server_gives_away_twice_is_found_out_at_night(
    dovecot: Dovecot, ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(mail(1))
    watcher(ledger, settings(dovecot)).run_once()
    other, arrived = mail(2, b" and longer"), datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    monkeypatch.setattr(Mailbox, "heads", lambda self, asked: {uid: Head(uid, len(other), arrived) for uid in asked})
    monkeypatch.setattr(Mailbox, "fetch", lambda self, uid: other)
    watcher(ledger, settings(dovecot)).run_once()
    assert number_of(ledger) == 1, "by its number it is known"
    watcher(ledger, settings(dovecot)).run_once(thorough=True)
    watcher(ledger, settings(dovecot)).run_once(thorough=True)
    whole(ledger, store, 2)


def test_08_mail_that_a_colleague_reads_flags_or_deletes(
    dovecot: Dovecot, ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(mail(1), mail(2), mail(3))
    with dovecot.mailbox() as line:
        line.uid("STORE", "1", "+FLAGS", "(\\Seen \\Flagged)")
    heads = Mailbox.heads

    def deleted_meanwhile(self: Mailbox, asked: list[int]) -> object:
        found = heads(self, asked)
        if 2 in asked:
            with dovecot.mailbox() as line:
                line.uid("STORE", "2", "+FLAGS", "(\\Deleted)")
                line.expunge()
        return found

    monkeypatch.setattr(Mailbox, "heads", deleted_meanwhile)
    watcher(ledger, settings(dovecot)).run_once()
    with dovecot.mailbox() as line:
        assert b"\\Seen" not in line.uid("FETCH", "3", "(FLAGS)")[1][0], "looking leaves no trace"
    whole(ledger, store, 2)


def test_09_after_a_long_outage_everything_is_taken(dovecot: Dovecot, ledger: Ledger, store: Store) -> None:
    dovecot.deliver(mail(1), at=datetime.now(UTC) - timedelta(days=90))
    dovecot.deliver(mail(2))
    watcher(ledger, settings(dovecot)).run_once()
    assert next(ledger.messages()).received_at < datetime.now(UTC) - timedelta(days=89)
    whole(ledger, store, 2)


def test_10_no_mail_is_lost_to_paging(dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.taking_in.BATCH", 3)
    dovecot.drop(*(mail(number) for number in range(10)))
    watcher(ledger, settings(dovecot)).run_once()
    watcher(ledger, settings(dovecot)).run_once()
    assert number_of(ledger) == 10


def test_11_one_mail_the_server_does_not_give_out_blocks_no_other(
    dovecot: Dovecot, ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = Mailbox.fetch

    def not_the_second(self: Mailbox, uid: int) -> bytes | None:
        if uid == 2:
            raise NotGiven("NO internal error")
        return fetch(self, uid)

    dovecot.deliver(mail(1), mail(2), mail(3))
    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "fetch", not_the_second)
        watcher(ledger, settings(dovecot)).run_once()
    (parked,) = ledger_parked.parked(ledger)
    assert (parked.uid, parked.code) == (2, "unfetchable") and balance(ledger).messages.seen == 3
    ledger_parked.release(ledger, parked.id)
    watcher(ledger, settings(dovecot)).run_once()
    whole(ledger, store, 3)


def test_11_a_mail_at_which_the_line_breaks_each_time_blocks_no_other(
    dovecot: Dovecot, ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some servers hang up when they are asked for a mail they have damaged."""
    fetch = Mailbox.fetch

    def hangs_up_at_the_second(self: Mailbox, uid: int) -> bytes | None:
        if uid == 2:
            raise MailboxTrouble("The connection broke off.")
        return fetch(self, uid)

    dovecot.deliver(mail(1), mail(2), mail(3))
    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "fetch", hangs_up_at_the_second)
        with watching(watcher(ledger, settings(dovecot))):
            until(lambda: number_of(ledger) == 2)
    (parked,) = ledger_parked.parked(ledger)
    assert (parked.uid, parked.code, parked.attempts) == (2, "cut_off", 2) and balance(ledger).messages.waiting == 3
    ledger_parked.release(ledger, parked.id)
    watcher(ledger, settings(dovecot)).run_once()
    whole(ledger, store, 3)


def test_11_a_bug_of_ours_ends_no_watcher(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, bugs = TakingIn.run, iter([KeyError("Ana Pereira")])

    def stumbles_once(self: TakingIn) -> Pass:
        for bug in bugs:
            raise bug
        return run(self)

    monkeypatch.setattr(TakingIn, "run", stumbles_once)
    dovecot.deliver(mail(1))
    with watching(watcher(ledger, settings(dovecot))):
        until(lambda: number_of(ledger) == 1)
    said = capsys.readouterr().err
    assert "KeyError at test_watch.py" in said and "Ana" not in said


def test_12_no_message_id_and_no_head_at_all(dovecot: Dovecot, ledger: Ledger) -> None:
    dovecot.deliver(b"no head, no body", b"\r\n", b"Message-ID: <a>\r\nMessage-ID: <b>\r\n\r\nx")
    watcher(ledger, settings(dovecot)).run_once()
    assert number_of(ledger) == 3


def test_13_oversize_is_parked_before_it_is_fetched(
    dovecot: Dovecot, ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[int] = []
    fetch = Mailbox.fetch
    monkeypatch.setattr(Mailbox, "fetch", lambda self, uid: (fetched.append(uid), fetch(self, uid))[1])
    dovecot.deliver(mail(1), mail(2, b"\ntext: " + b"x" * 300_000), mail(3))
    watcher(ledger, settings(dovecot, largest=0.2)).run_once()
    (parked,) = ledger_parked.parked(ledger)
    assert parked.size and parked.size > 300_000 and fetched == [1, 3]
    watcher(ledger, settings(dovecot, largest=0.2)).run_once()
    assert fetched == [1, 3], "parked, and not asked for again"
    ledger_parked.release(ledger, parked.id)
    watcher(ledger, settings(dovecot, largest=0.2)).run_once()
    whole(ledger, store, 3)


def test_14_the_date_is_that_of_the_server(dovecot: Dovecot, ledger: Ledger) -> None:
    when = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    dovecot.deliver(b"Date: 99 Foo 9999\r\nFrom: \xff\xfe\r\nSubject: =?nope?q?x?=\r\n\r\nx", at=when)
    watcher(ledger, settings(dovecot)).run_once()
    (message,) = ledger.messages()
    assert (message.received_at, message.received_by) == (when, "internaldate")


def test_29_a_host_that_is_not_allowed_is_never_spoken_to(dovecot: Dovecot) -> None:
    with pytest.raises(ValueError, match="not among allowed_hosts"):
        settings(dovecot, allowed_hosts=["outlook.office365.com"])
    with pytest.raises(ValueError, match="login.microsoftonline.com is not among"):
        settings(dovecot, allowed_hosts=[dovecot.host], sign_on={"client_id": "x", "tenant": "t"})


@pytest.mark.sqlite_only
def test_31_a_missing_folder_is_told_with_those_there_are(dovecot: Dovecot, ledger: Ledger) -> None:
    with pytest.raises(MailboxTrouble, match=r"no folder Anfragen.*Done, Drafts, INBOX"):
        watcher(ledger, settings(dovecot, folder="Anfragen")).run_once()


def test_33_silence_is_told_from_a_quiet_day(dovecot: Dovecot, ledger: Ledger) -> None:
    watch = watcher(ledger, settings(dovecot, poll=0.2))
    with watching(watch):
        until(lambda: bool(heartbeats(ledger)))
        first = heartbeats(ledger)[0].good_at
        until(lambda: heartbeats(ledger)[0].good_at != first)
    assert heartbeats(ledger)[0].said == "stopped"


def test_34_nothing_is_fetched_into_a_full_disk(dovecot: Dovecot, ledger: Ledger, store: Store) -> None:
    dovecot.deliver(mail(1))
    with pytest.raises(DiskFull, match="MB left"):
        watcher(ledger, settings(dovecot, reserve=1e9)).run_once()
    assert number_of(ledger) == 0 and [notice.code for notice in notices(ledger)] == ["disk_full"]
    watcher(ledger, settings(dovecot)).run_once()
    assert notices(ledger) == (), "over, and may be told again"
    whole(ledger, store, 1)


def test_34_a_mail_there_is_no_room_for_blocks_no_other(
    dovecot: Dovecot, ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(mail(1, b"\ntext: " + b"x" * 200_000), mail(2))
    usage = namedtuple("usage", "free")
    with monkeypatch.context() as patch:
        patch.setattr("flows.taking_in.shutil.disk_usage", lambda _: usage(500_000))
        watcher(ledger, settings(dovecot)).run_once()
    (parked,) = ledger_parked.parked(ledger)
    assert (parked.uid, parked.code) == (1, "no_room") and number_of(ledger) == 1
    ledger_parked.release(ledger, parked.id)
    watcher(ledger, settings(dovecot)).run_once()
    whole(ledger, store, 2)


@pytest.mark.sqlite_only
def test_m8_a_wrong_password_is_an_alert_and_not_no_new_mail(
    dovecot: Dovecot, ledger: Ledger, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    dovecot.deliver(mail(1))
    watch = watcher(ledger, settings(dovecot), ByPassword(dovecot.user, "falsch"))
    with watching(watch):
        until(lambda: bool(notices(ledger)))
    (notice,) = notices(ledger)
    assert "refuses the sign-in" in notice.said and heartbeats(ledger)[0].good_at is None
    assert "falsch" not in capsys.readouterr().err
    watcher(ledger, settings(dovecot)).run_once()
    assert notices(ledger) == (), "over, and may be told again"
    whole(ledger, store, 1)


@pytest.mark.sqlite_only
def test_m8_a_certificate_nobody_vouches_for_is_refused(dovecot: Dovecot, ledger: Ledger) -> None:
    with pytest.raises(MailboxTrouble, match="certificate is not trusted"):
        watcher(ledger, settings(dovecot, certificates=None)).run_once()


def test_m8_a_line_cut_inside_a_mail_loses_and_doubles_nothing(dovecot: Dovecot, ledger: Ledger, store: Store) -> None:
    dovecot.deliver(*(mail(number, b"\ntext: " + b"x" * 200_000) for number in range(6)))
    line = BrokenLine(dovecot.port).start()
    watch = watcher(ledger, settings(dovecot, port=line.port, step_limit=5))
    line.cut_after = 700_000
    with watching(watch):
        until(lambda: number_of(ledger) == 6)
    line.close()
    assert line.connections == 2
    whole(ledger, store, 6)


@pytest.mark.sqlite_only
def test_m8_a_server_that_stalls_is_left_at_the_time_limit(dovecot: Dovecot, ledger: Ledger) -> None:
    line = BrokenLine(dovecot.port, deaf=True).start()
    start = time.monotonic()
    with pytest.raises(MailboxTrouble):
        watcher(ledger, settings(dovecot, port=line.port, step_limit=0.5)).run_once()
    line.close()
    assert time.monotonic() - start < 8


@pytest.mark.sqlite_only
def test_m8_troubles_are_met_with_longer_waits_up_to_a_cap(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = BrokenLine(dovecot.port, refuse=True).start()
    watch = watcher(ledger, settings(dovecot, port=line.port, longest_back_off=60))
    watch.first_wait = 1.0
    waits: list[float] = []

    def wait(seconds: float = 0) -> bool:
        waits.append(seconds)
        return len(waits) == 10

    monkeypatch.setattr(watch.stop, "wait", wait)
    monkeypatch.setattr(watch.stop, "is_set", lambda: len(waits) >= 10)
    watch.run()
    line.close()
    assert waits[0] < 2 < waits[3] < 30 < waits[-1] <= 72
    assert [notice.code for notice in notices(ledger)] == ["mailbox_trouble"]


def test_m8_a_server_that_restarts(ledger: Ledger, store: Store) -> None:
    with running_dovecot() as own, watching(watcher(ledger, settings(own, poll=1, step_limit=3))):
        own.deliver(mail(1))
        until(lambda: number_of(ledger) == 1)
        own.stop()
        time.sleep(0.3)
        own.start()
        own.deliver(mail(2))
        until(lambda: number_of(ledger) == 2)
        assert own.hang_up() >= 1
        own.deliver(mail(3))
        until(lambda: number_of(ledger) == 3)
    whole(ledger, store, 3)


def test_m9_a_crash_between_the_record_and_the_mark(dovecot: Dovecot, ledger: Ledger, store: Store) -> None:
    dovecot.deliver(mail(1))
    told = settings(dovecot, flag="$Intake")
    watcher(ledger, told).run_once()
    whole(ledger, store, 1)
    watcher(ledger, told).run_once()
    with dovecot.mailbox() as line:
        flags = line.uid("FETCH", "1", "(FLAGS)")[1][0]
    assert b"$Intake" in flags and b"\\Seen" not in flags
    whole(ledger, store, 1)


def test_m11_drafts_are_put_into_the_mailbox_once(dovecot: Dovecot, ledger: Ledger) -> None:
    letter = b"Message-ID: <draft-1@socieux.test>\r\nSubject: Receipt\r\n\r\nThank you."
    ledger_drafts.keep_draft(ledger, "r-1", "receipt", letter)
    dovecot.deliver(mail(1))
    watcher(ledger, settings(dovecot, drafts="No such folder")).run_once()
    (draft,) = ledger_drafts.drafts_of(ledger, "r-1")
    assert draft.state == "waiting" and draft.reason and draft.attempts == 1
    assert number_of(ledger) == 1 and [notice.code for notice in notices(ledger)] == ["not_drafted"]
    soon = Ledger(ledger.engine, ledger.raw_folder, lambda: datetime.now(UTC) + timedelta(minutes=5))
    watcher(soon, settings(dovecot, drafts="Drafts")).run_once()
    assert uids(dovecot, "Drafts") == 1 and ledger_drafts.drafts_of(ledger, "r-1")[0].state == "appended"
    with dovecot.mailbox("Drafts") as line:
        assert b"\\Draft" in line.fetch("1", "(FLAGS)")[1][0]


def test_m11_a_letter_whose_file_is_gone_keeps_no_other_back(dovecot: Dovecot, ledger: Ledger) -> None:
    for number in (1, 2):
        letter = b"Message-ID: <draft-%d@socieux.test>\r\nSubject: Receipt\r\n\r\nThank you." % number
        ledger_drafts.keep_draft(ledger, f"r-{number}", "receipt", letter)
    remove_raw(ledger.raw_folder, ledger_drafts.drafts_of(ledger, "r-1")[0].sha256)
    dovecot.deliver(mail(1))
    watcher(ledger, settings(dovecot, drafts="Drafts")).run_once()
    states = [ledger_drafts.drafts_of(ledger, f"r-{number}")[0].state for number in (1, 2)]
    assert states == ["waiting", "appended"] and number_of(ledger) == 1


def test_m11_a_draft_appended_before_a_crash_is_not_put_there_again(dovecot: Dovecot, ledger: Ledger) -> None:
    letter = b"Message-ID: <draft-1@socieux.test>\r\nSubject: Receipt\r\n\r\nThank you."
    dovecot.deliver(letter, folder="Drafts")
    ledger_drafts.keep_draft(ledger, "r-1", "receipt", letter)
    watcher(ledger, settings(dovecot, drafts="Drafts")).run_once()
    assert uids(dovecot, "Drafts") == 1


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Dovecot, TokenIssuer]]:
    """A mailbox that opens to tokens, and their issuer."""
    issuer = TokenIssuer("requests@socieux.test").start()
    with running_dovecot(issuer.introspection) as running:
        issuer.start_issuing(running.certificate, running.folder / "server.key")
        yield running, issuer
    issuer.close()


@pytest.mark.sqlite_only
def test_30_a_token_opens_the_mailbox_and_is_renewed_ahead(
    office: tuple[Dovecot, TokenIssuer], ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, issuer = office
    told = settings(running, poll=0.2, sign_on={"client_id": "intake", "authority": issuer.authority})
    assert told.sign_on
    by_token = ByToken(running.user, told.sign_on, SECRET, str(running.certificate))
    watch = watcher(ledger, told, by_token)
    monkeypatch.setattr("flows.watching.SLICE", 0.1)
    with watching(watch):
        until(lambda: bool(heartbeats(ledger)))
        assert issuer.given == ["token-0"] and 3000 < by_token.lapses_in() <= 3300
        issuer.good.clear()
        by_token._until = time.monotonic()
        by_token._application = None
        until(lambda: len(issuer.given) == 2)
        before = heartbeats(ledger)[0].good_at
        until(lambda: heartbeats(ledger)[0].good_at != before)
    assert notices(ledger) == ()


@pytest.mark.sqlite_only
def test_30_a_token_that_is_refused_is_an_alert(office: tuple[Dovecot, TokenIssuer], ledger: Ledger) -> None:
    running, issuer = office
    told = settings(running, sign_on={"client_id": "intake", "authority": issuer.authority})
    assert told.sign_on
    for secret in ("another secret", SECRET):
        by_token = ByToken(running.user, told.sign_on, secret, str(running.certificate))
        issuer.refuse = secret == SECRET
        with pytest.raises(MailboxTrouble, match="No access token is given out .invalid_client") as told_trouble:
            watcher(ledger, told, by_token).run_once()
        assert told_trouble.value.lasting
    issuer.refuse = False
    by_token = ByToken("somebody.else@socieux.test", told.sign_on, SECRET, str(running.certificate))
    with pytest.raises(MailboxTrouble, match="refuses the sign-in"):
        watcher(ledger, told, by_token).run_once()


def test_one_pass_on_an_open_mailbox_leaves_its_flags_alone(dovecot: Dovecot) -> None:
    dovecot.deliver(mail(1))
    with open_mailbox(settings(dovecot), ByPassword(dovecot.user, PASSWORD)) as mailbox:
        assert mailbox.uids() == (1,) and mailbox.fetch(1) == mail(1).replace(b"\n", b"\r\n").replace(b"\r\r", b"\r")
        assert mailbox.fetch(99) is None and mailbox.heads([99]) == {}


def uids(dovecot: Dovecot, folder: str) -> int:
    with dovecot.mailbox(folder) as line:
        return len(line.uid("SEARCH", "ALL")[1][0].split())


# The watched folder.


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def folder_watcher(ledger: Ledger, place: Path, **more: object) -> FolderWatcher:
    told = FolderSettings.model_validate({"path": place, "settle": 0.05, "look": 0.05, "reserve": 0} | more)
    return FolderWatcher(ledger, told, threading.Event())


def test_a_file_is_taken_when_it_rests(ledger: Ledger, store: Store, place: Path) -> None:
    watch = folder_watcher(ledger, place, settle=0.3)
    growing = place / "form.txt"
    growing.write_bytes(b"title: ha")
    watch.look()
    time.sleep(0.2)
    with growing.open("ab") as file:
        file.write(b"lf")
    assert watch.look() == 0
    time.sleep(0.2)
    assert watch.look() == 0, "it grew a moment ago"
    time.sleep(0.15)
    assert watch.look() == 1 and watch.look() == 0
    work(ledger, store)
    (record,) = store.records()
    assert record.fields["title"].value == "half" and record.source.channel == "folder"
    assert record.source.filename == "form.txt" and audit(ledger) == ()


def test_links_devices_and_files_in_the_making_are_not_taken(ledger: Ledger, tmp_path: Path, place: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (place / "link.pdf").symlink_to(tmp_path / "secret")
    os.mkfifo(place / "pipe.pdf")
    for name in (".hidden", "~$form.docx"):
        (place / name).write_bytes(b"x")
    folder_watcher(ledger, place).run_once()
    assert number_of(ledger) == 0


def test_names_are_only_names(ledger: Ledger, store: Store, place: Path) -> None:
    for number, name in enumerate(("$(touch x).txt", "; rm -rf .txt", "-rf", "a\nb", "=cmd|' ", "\u202efdp.exe")):
        (place / name).write_bytes(b"title: %d" % number)
    (place / os.fsdecode(b"\xff\xfe.txt")).write_bytes(b"title: bytes")
    folder_watcher(ledger, place).run_once()
    work(ledger, store)
    assert len(list(store.records())) == 7 and audit(ledger) == ()


def test_finished_files_go_aside_and_never_over_one_another(ledger: Ledger, store: Store, place: Path) -> None:
    watch = folder_watcher(ledger, place, move_to="done")
    for round_ in range(2):
        (place / "form.txt").write_bytes(b"title: %d" % round_)
        watch.run_once()
        assert (place / "form.txt").exists(), "not before its record is durable"
        work(ledger, store)
        watch.look()
        assert not (place / "form.txt").exists()
    assert len(list((place / "done").iterdir())) == 2
    watch.run_once()
    assert number_of(ledger) == 2


def test_a_new_start_takes_no_file_twice(ledger: Ledger, store: Store, place: Path) -> None:
    (place / "form.txt").write_bytes(b"title: x")
    folder_watcher(ledger, place).run_once()
    folder_watcher(ledger, place).run_once()
    whole(ledger, store, 1)
    (record,) = store.records()
    assert len(record.source.arrivals) == 1


def test_a_file_that_is_too_large_is_parked(ledger: Ledger, place: Path) -> None:
    (place / "huge.pdf").write_bytes(b"x" * 200_000)
    folder_watcher(ledger, place, largest=0.1).run_once()
    assert ledger_parked.parked(ledger)[0].code == "too_large" and balance(ledger).messages.quarantined == 1


def test_a_file_that_is_too_large_is_taken_when_a_person_says_so(ledger: Ledger, store: Store, place: Path) -> None:
    (place / "huge.txt").write_bytes(b"title: huge\ntext: " + b"x" * 200_000)
    watch = folder_watcher(ledger, place, largest=0.1)
    watch.run_once()
    (parked,) = ledger_parked.parked(ledger)
    assert watch.look() == 0 and ledger_parked.parked(ledger)[0].attempts == 1, "told once"
    ledger_parked.release(ledger, parked.id)
    assert watch.look() == 1 and ledger_parked.parked(ledger) == ()
    whole(ledger, store, 1)


def test_s2_what_may_not_be_read_is_told_of_and_keeps_nobody_from_the_rest(
    ledger: Ledger, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root nothing is forbidden; so the system is made to say no."""
    (place / "closed").mkdir()
    for path in (place / "closed" / "a.txt", place / "mine.txt", place / "form.txt"):
        path.write_bytes(b"title: x " + path.name.encode())
    opened, listed = os.open, os.scandir

    def forbidden(path: str | Path, *more: int) -> int:
        if str(path).endswith("mine.txt"):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *more)

    def unlisted(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    with monkeypatch.context() as patch:
        patch.setattr("flows.watched_folder.os.open", forbidden)
        patch.setattr(os, "scandir", unlisted)
        folder_watcher(ledger, place).run_once()
    (notice,) = notices(ledger)
    assert number_of(ledger) == 1 and "cannot be read" in notice.said and heartbeats(ledger)[0].good_at is None
    folder_watcher(ledger, place).run_once()
    assert number_of(ledger) == 3 and notices(ledger) == () and heartbeats(ledger)[0].good_at


def test_a_file_from_no_year_of_ours_is_taken_as_well(ledger: Ledger, store: Store, place: Path) -> None:
    for name, year in (("early.txt", -(2**34)), ("late.txt", 2**34), ("form.txt", 0)):
        (place / name).write_bytes(b"title: " + name.encode())
        os.utime(place / name, (year * 30, year * 30))
    folder_watcher(ledger, place).run_once()
    whole(ledger, store, 3)


def test_a_mailbox_that_is_away_keeps_nobody_from_the_rest(dovecot: Dovecot, ledger: Ledger, store: Store) -> None:
    """`socieux watch --once` with two mailboxes, the first of which refuses."""
    dovecot.deliver(mail(1))
    told = WatchSettings(mailboxes=(settings(dovecot, folder="None"), settings(dovecot)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOCIEUX_MAIL_PASSWORD", PASSWORD)
        wrong = Watch(ledger, store, told, SmallReader(), threads=1).run_once()
    assert len(wrong) == 1 and "no folder None" in wrong[0] and len(list(store.records())) == 1


def test_a_folder_that_is_away_for_a_while(ledger: Ledger, place: Path) -> None:
    watch = folder_watcher(ledger, place)
    place.rmdir()
    with watching(watch):
        until(lambda: bool(notices(ledger)))
        place.mkdir()
        (place / "form.txt").write_bytes(b"title: x")
        until(lambda: number_of(ledger) == 1)


# The settings.


def test_settings_name_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "watch.toml"
    path.write_text('[[mailboxes]]\nhost = "h"\nuser = "u"\nrenew_idle = 1200\n')
    with pytest.raises(Misuse, match=r"watch.toml: mailboxes.0.renew_idle: .*600"):
        load_settings(path)
    path.write_text('[[mailboxes]]\nhost = "h"\nuser = "u"\npassword = "secret"\n')
    with pytest.raises(Misuse, match="mailboxes.0.password") as refused:
        load_settings(path)
    assert "secret" not in str(refused.value)
    path.write_text("[[")
    with pytest.raises(Misuse, match="no valid TOML"):
        load_settings(path)
    told = '[[mailboxes]]\nhost = "h"\nuser = "u"\n[mailboxes.office]\nauthserv_id = "mx"\n[[folders]]\npath = "in"\n'
    path.write_text(told)
    told_settings = load_settings(path)
    assert told_settings.mailboxes[0].office.authserv_id == "mx" and told_settings.folders[0].path == Path("in")


def test_there_must_be_something_to_watch(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="nothing to watch"):
        gather_settings(None, [], None, None, False, 0)
    with pytest.raises(Misuse, match="both --host and --user"):
        gather_settings(None, [], "h", None, False, 0)
    with pytest.raises(Misuse, match="no folder"):
        gather_settings(None, [tmp_path / "none"], None, None, False, 0)
    assert gather_settings(None, [], None, None, True, 2).workers == 2


def test_a_missing_secret_is_told_without_naming_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from flows.sign_in import sign_in_of

    monkeypatch.delenv("SOCIEUX_MAIL_PASSWORD", raising=False)
    told = MailboxSettings(host="h", user="u")
    with pytest.raises(Misuse, match="set SOCIEUX_MAIL_PASSWORD"):
        sign_in_of(told)
    monkeypatch.setenv("SOCIEUX_MAIL_PASSWORD", "geheim")
    assert "geheim" not in repr(sign_in_of(told))
    by_token = MailboxSettings(host="h", user="u", sign_on=SignOn(client_id="c", tenant="t"))
    with pytest.raises(Misuse, match="SOCIEUX_MAIL_CLIENT_SECRET"):
        sign_in_of(by_token)
    assert by_token.sign_on and by_token.sign_on.issuer == "https://login.microsoftonline.com/t/v2.0"


def test_dovecot_is_made_with_few_lines() -> None:
    made = make_dovecot()
    assert len((made.folder / "dovecot.conf").read_text().splitlines()) < 80
