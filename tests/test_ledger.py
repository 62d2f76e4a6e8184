"""The ledger keeps its promise on both databases: nothing lost, nothing doubled, the balance exact."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from flows.finishing import MOST_FAULTS, MOST_INTERRUPTIONS
from flows.owners import dead_owners, machine, this_owner
from flows.process import process_bytes
from flows.returned_letters import RETURNED
from flows.working_off import WorkingOff
from pipeline import ledger_drafts, ledger_ends, ledger_parked, ledger_places, ledger_signs, ledger_work
from pipeline.desk_tables import AUDIT
from pipeline.forgetting import forget
from pipeline.ledger import Ledger
from pipeline.ledger_balance import audit, balance
from pipeline.ledger_tables import MESSAGES, PARTS
from pipeline.messages import Accepted, Incoming, Message, Place
from pipeline.raw import is_kept, raw_path
from pipeline.records import Arrival, Record
from pipeline.store import Store
from tests.small_reader import SmallReader
from tests.small_stages import MINISTRY, SMALL, TODAY

FORM = MINISTRY.encode()
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **step: float) -> None:
        self.now += timedelta(**step)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(store: Store, clock: Clock) -> Ledger:
    return Ledger(store.engine, store.raw_folder, clock)


def mail(*files: bytes, subject: bytes = b"hello") -> bytes:
    return b"\n--\n".join((subject, *files))


def accept(ledger: Ledger, data: bytes, uid: int | None = None, folder: str = "INBOX", validity: int = 7) -> Accepted:
    place = Place(account="a", folder=folder, uidvalidity=validity, uid=uid) if uid else None
    news = Incoming(channel="mail", received_at=ledger.clock(), received_by="internaldate", place=place)
    return ledger.accept(data, news)


def work(ledger: Ledger, store: Store, reader: SmallReader | None = None) -> int:
    return WorkingOff(ledger, store, reader or SmallReader(), threads=1).run_dry()


def row(ledger: Ledger, number: int = 1) -> Message:
    found = ledger.message(number)
    assert found is not None
    return found


def sound(ledger: Ledger) -> bool:
    assert audit(ledger) == ()
    return balance(ledger).exact


def test_a_mail_becomes_a_record_and_the_balance_is_exact(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(FORM, b"x logo"), uid=1)
    assert balance(ledger).messages.waiting == 1
    assert work(ledger, store) == 1
    told = balance(ledger)
    assert (told.messages.ready, told.files.ready, told.files.ignored) == (1, 1, 1)
    assert told.reasons == {"A logo.": 1} and sound(ledger)
    (record,) = store.records()
    assert [part.record_id for part in ledger.parts(1)] == [record.record_id, None]
    assert (row(ledger).sender, row(ledger).state, row(ledger).outcome) == ("ana@min.gov", "processed", "ready")
    assert store.raw(ledger.parts(1)[1].sha256) == b"x logo", "also what is ignored can be fetched"


def test_01_the_bytes_are_on_the_disk_before_the_row(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.ledger.keep_raw", no_room)
        with pytest.raises(OSError, match="No space"):
            accept(ledger, mail(FORM), uid=1)
    assert list(ledger.messages()) == [] and ledger_places.known_uids(ledger, "a", "INBOX", 7) == frozenset()
    accept(ledger, mail(FORM), uid=1)
    assert raw_path(ledger.raw_folder, row(ledger).sha256).exists()


def test_05_a_mail_moved_between_folders_is_one_message_with_two_places(ledger: Ledger, store: Store) -> None:
    first = accept(ledger, mail(FORM), uid=1)
    second = accept(ledger, mail(FORM), uid=9, folder="Archive")
    assert first.new and not second.new and first.message == second.message
    work(ledger, store)
    assert len(list(store.records())) == 1
    assert ledger_places.known_uids(ledger, "a", "Archive", 7) == {9}


def test_06_a_crash_at_any_arrow_is_made_good(ledger: Ledger, store: Store) -> None:
    """Whatever was done twice changes nothing the second time."""
    accept(ledger, mail(FORM), uid=1)
    accept(ledger, mail(FORM), uid=1)
    message = ledger_work.claim(ledger, "dead")
    assert message and ledger_ends.opened(ledger, message, "dead", ledger_ends.Clues("letter"), ())
    ledger_work.release(ledger, ["dead"])
    work(ledger, store)
    assert ledger_work.try_again(ledger, 1)
    work(ledger, store)
    (record,) = store.records()
    assert len(record.source.arrivals) == 1 and sound(ledger)


def test_07_failed_is_never_done(ledger: Ledger, store: Store, clock: Clock) -> None:
    """Our own trouble is tried again with growing pauses, then a person is asked; it never counts as processed."""

    def full() -> None:
        raise OSError(28, "No space left on device")

    accept(ledger, mail(FORM), uid=1)
    waits = []
    for _ in range(MOST_FAULTS):
        assert work(ledger, store, SmallReader(full)) == 1
        assert row(ledger).state == "failed" and "No space" in row(ledger).reason
        assert balance(ledger).messages.waiting == 1 and sound(ledger)
        waits.append((row(ledger).retry_at - clock.now).total_seconds())
        assert work(ledger, store) == 0, "not before its time"
        clock.now = row(ledger).retry_at
    assert waits[:3] == [30, 60, 120] and waits[-1] == 6 * 3600
    work(ledger, store)
    assert (row(ledger).state, row(ledger).reason) == ("quarantined", "not_processed")
    assert ledger_work.try_again(ledger, 1) and work(ledger, store) == 1
    assert row(ledger).state == "processed" and sound(ledger)


def test_08_mail_that_vanished_is_noted_and_its_bytes_stay(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(FORM), uid=1)
    accept(ledger, mail(b"a: b"), uid=2)
    assert ledger_places.missed(ledger, "a", "INBOX", 7, present=[2]) == 1
    assert ledger_places.missed(ledger, "a", "INBOX", 7, present=[2]) == 0
    work(ledger, store)
    assert ledger.raw(row(ledger)) == mail(FORM) and len(list(store.records())) == 2


def test_12_one_message_id_on_two_mails_keeps_both_and_flags_them(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(FORM, subject=b"<same@x>"), uid=1)
    accept(ledger, mail(b"title: other", subject=b"<same@x>"), uid=2)
    accept(ledger, mail(b"title: third", subject=b"no id"), uid=3)
    work(ledger, store)
    flags = [{flag.code for flag in record.flags} for record in store.records()]
    assert [("message_id_reused" in codes) for codes in flags] == [False, True, False]


def test_03_two_workers_never_finish_one_message_twice(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(FORM), uid=1)
    slow = ledger_work.claim(ledger, "slow")
    assert slow and ledger_work.claim(ledger, "quick") is None, "the claim holds"
    ledger_work.release(ledger, ["slow"])
    quick = ledger_work.claim(ledger, "quick")
    assert quick
    end = ledger_ends.Finish("processed", "ready")
    assert ledger_ends.finish(ledger, store, quick, "quick", end) == ()
    assert ledger_ends.finish(ledger, store, slow, "slow", end) is None, "whoever lost the lease changes nothing"
    assert not ledger_ends.fail(ledger, slow, "slow", "late") and not ledger_ends.hand_back(ledger, slow, "slow")
    assert row(ledger).state == "processed"


def test_f4_many_claimers_at_once_have_one_winner_each(ledger: Ledger) -> None:
    for number in range(12):
        accept(ledger, mail(b"n: %d" % number), uid=number + 1)
    won: list[int] = []

    def claim_all(owner: str) -> None:
        while message := ledger_work.claim(ledger, owner):
            won.append(message.id)

    threads = [threading.Thread(target=claim_all, args=(f"o{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == list(range(1, 13))


def test_f5_a_poison_mail_is_quarantined_at_the_second_death(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(b"~ poison"), uid=1)
    accept(ledger, mail(FORM), uid=2)
    reader = SmallReader()
    work(ledger, store, reader)
    assert (row(ledger).state, row(ledger).deaths, row(ledger).attempts) == ("quarantined", 1, 2)
    assert row(ledger, 2).state == "processed", "the rest of the queue is not concerned"
    assert [data for data in reader.begun if b"poison" in data] == [mail(b"~ poison")] * 2
    record = next(record for record in store.records() if record.disposition == "quarantined")
    assert {"crash", "hostile"} <= {flag.code for flag in record.flags} and sound(ledger)


def test_11_a_bug_on_one_message_stops_no_other(
    ledger: Ledger, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    accept(ledger, mail(b"? a bug"), uid=1)
    accept(ledger, mail(FORM), uid=2)
    work(ledger, store)
    assert (row(ledger).state, row(ledger).deaths, row(ledger, 2).state) == ("quarantined", 2, "processed")
    assert "KeyError at small_stages.py" in capsys.readouterr().err and sound(ledger)
    (record,) = [record for record in store.records() if record.disposition == "quarantined"]
    assert record.flags[0].code == "hostile" and "KeyError" in record.flags[0].message


def test_f5_attempts_are_counted_before_the_reading(ledger: Ledger) -> None:
    accept(ledger, mail(FORM), uid=1)
    ledger_work.claim(ledger, "gone")
    assert row(ledger).attempts == 1 and row(ledger).interruptions == 1


def test_f5_a_message_that_takes_everything_down_with_it_waits_and_ends_with_a_person(
    ledger: Ledger, store: Store, clock: Clock
) -> None:
    """Watchers that vanish are counted apart from readers that die: most often it is not the message."""
    accept(ledger, mail(FORM), uid=1)
    for number in range(1, MOST_INTERRUPTIONS + 1):
        if number > ledger_work.FREE_INTERRUPTIONS + 1:
            assert ledger_work.claim(ledger, "next") is None, "it waits, and others go first"
            clock.now = row(ledger).retry_at
        assert ledger_work.claim(ledger, f"life {number}")
        ledger_work.release(ledger, [f"life {number}"])
    assert ledger_work.claim(ledger, "next") is None
    clock.now = row(ledger).retry_at
    work(ledger, store)
    assert (row(ledger).state, row(ledger).reason) == ("quarantined", "hostile") and sound(ledger)


def test_f6_the_lease_of_a_silent_owner_lapses_and_that_of_a_dead_one_at_once(ledger: Ledger, clock: Clock) -> None:
    accept(ledger, mail(FORM), uid=1)
    first = ledger_work.claim(ledger, "elsewhere")
    assert first
    clock.forward(seconds=40)
    ledger_work.renew(ledger, [first.id], "elsewhere")
    clock.forward(seconds=40)
    assert ledger_work.claim(ledger, "next") is None
    clock.forward(seconds=21)
    assert ledger_work.claim(ledger, "next")


def test_the_dead_of_this_machine_are_known(ledger: Ledger) -> None:
    told = "from flows.owners import this_owner; print(this_owner('x'))"
    gone = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.strip()
    living = this_owner("test")
    assert gone.startswith(machine())
    assert dead_owners((gone, living, "another-machine/1/2/3.4/x")) == (gone,)


def test_f7_a_clock_set_forward_or_back_holds_nothing_up(ledger: Ledger, store: Store, clock: Clock) -> None:
    accept(ledger, mail(FORM), uid=1)
    assert ledger_work.claim(ledger, "before")
    clock.forward(days=-1)
    assert work(ledger, store) == 1, "a lease that ends tomorrow was given before the clock was set back"
    accept(ledger, mail(b"a: b"), uid=2)
    clock.forward(days=-1)
    assert work(ledger, store) == 1, "and so was a message that is due tomorrow"
    accept(ledger, mail(b"c: d"), uid=3)
    slow = ledger_work.claim(ledger, "slow")
    clock.forward(days=2)
    assert slow and work(ledger, store) == 1, "a day ahead every lease has lapsed: done again, and once"
    assert ledger_ends.finish(ledger, store, slow, "slow", ledger_ends.Finish("processed", "ready")) is None
    assert len(list(store.records())) == 3 and sound(ledger)


def test_f7_a_claim_wipes_out_what_a_clock_ahead_had_set(ledger: Ledger, clock: Clock) -> None:
    accept(ledger, mail(FORM), uid=1)
    clock.forward(days=-1)
    assert ledger_work.claim(ledger, "killed with the clock behind")
    clock.forward(minutes=5)
    assert ledger_work.claim(ledger, "next"), "it does not wait for the day on which it was taken in"


def test_f7_leases_of_a_clock_set_back_do_not_last(ledger: Ledger, clock: Clock) -> None:
    assert ledger_signs.take_lease(ledger, "nightly", "a")
    assert not ledger_signs.take_lease(ledger, "nightly", "b")
    clock.forward(days=-1)
    assert ledger_signs.take_lease(ledger, "nightly", "b")
    clock.forward(seconds=61)
    assert ledger_signs.take_lease(ledger, "nightly", "a") and ledger_signs.lease_holder(ledger, "nightly") == "a"
    ledger_signs.give_up_lease(ledger, "nightly", "a")
    assert ledger_signs.take_lease(ledger, "nightly", "b")


def test_f9_what_is_in_hand_is_handed_back_when_we_are_asked_to_stop(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(FORM), uid=1)
    reader = SmallReader()
    reader.before = reader.stop
    WorkingOff(ledger, store, reader, threads=1)._one("me")
    assert (row(ledger).state, row(ledger).attempts, row(ledger).lease_owner) == ("fetched", 0, None)
    assert sound(ledger) and work(ledger, store) == 1


def test_13_mail_that_is_too_large_is_parked_in_sight_until_a_person_releases_it(ledger: Ledger) -> None:
    place = Place(account="a", folder="INBOX", uidvalidity=7, uid=3)
    ledger_parked.park(ledger, place, "too_large", "It has 80 MB.", 80_000_000, NOW)
    ledger_parked.park(ledger, place, "too_large", "It has 80 MB.", 80_000_000, NOW)
    assert ledger_places.known_uids(ledger, "a", "INBOX", 7) == {3}
    told = balance(ledger)
    assert (told.messages.seen, told.messages.quarantined, told.parked) == (1, 1, 1) and told.exact
    (parked,) = ledger_parked.parked(ledger)
    assert ledger_parked.release(ledger, parked.id)
    assert ledger_places.known_uids(ledger, "a", "INBOX", 7) == frozenset()
    assert ledger_parked.released_uids(ledger, "a", "INBOX", 7) == {3}
    accepted = accept(ledger, mail(FORM), uid=3)
    ledger_parked.unparked(ledger, place, accepted.message)
    assert balance(ledger).messages.seen == 1 and balance(ledger).exact


def test_11_mail_the_server_does_not_give_out_is_asked_for_again_later(ledger: Ledger, clock: Clock) -> None:
    place = Place(account="a", folder="INBOX", uidvalidity=7, uid=3)
    ledger_parked.park(ledger, place, "unfetchable", "NO", None, None)
    assert ledger_places.known_uids(ledger, "a", "INBOX", 7) == {3} and balance(ledger).messages.waiting == 1
    clock.forward(seconds=31)
    assert ledger_places.known_uids(ledger, "a", "INBOX", 7) == frozenset()
    ledger_parked.park(ledger, place, "unfetchable", "NO", None, None)
    clock.forward(seconds=31)
    assert ledger_places.known_uids(ledger, "a", "INBOX", 7) == {3}, "later each time"


def test_16_several_forms_in_one_mail_know_of_each_other(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(FORM, FORM + b"\ntitle: second"), uid=1)
    work(ledger, store)
    first, second = store.records()
    reasons = {record.eligibility.checks[0].reason for record in (first, second)}
    assert reasons == {"", first.reference} or reasons == {"", second.reference}
    assert row(ledger).outcome == "flagged" and balance(ledger).files.seen == 2 and sound(ledger)


def test_23_the_same_form_in_two_mails_is_one_record_with_both_arrivals(
    ledger: Ledger, store: Store, clock: Clock
) -> None:
    accept(ledger, mail(FORM), uid=1)
    clock.forward(hours=1)
    accept(ledger, mail(FORM, subject=b"again"), uid=2)
    work(ledger, store)
    (record,) = store.records()
    assert len(record.source.arrivals) == 2 and balance(ledger).messages.ready == 2 and sound(ledger)


def test_24_automatic_mail_without_a_form_is_filed_with_the_reason(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(subject=b"auto"), uid=1)
    accept(ledger, mail(FORM, subject=b"auto"), uid=2)
    accept(ledger, mail(subject=b"a question"), uid=3)
    work(ledger, store)
    assert [(each.state, each.outcome) for each in ledger.messages()] == [
        ("ignored", None),
        ("processed", "ready"),
        ("quarantined", "quarantined"),
    ]
    assert row(ledger).reason and len(list(store.records())) == 2 and sound(ledger)


def test_an_upload_has_its_reference_before_anybody_has_read_it(ledger: Ledger, store: Store) -> None:
    news = Incoming(channel="api", received_at=NOW, received_by="upload", filename="a.docx", wants_reference=True)
    first, second = ledger.accept(FORM, news), ledger.accept(FORM, news)
    assert first.reference and (second.reference, second.new) == (first.reference, False)
    broken = ledger.accept(b"! broken", news)
    work(ledger, store)
    found = store.find(first.reference)
    assert found and found.source.channel == "api" and found.source.filename == "a.docx"
    lost = store.find(broken.reference or "")
    assert lost and lost.disposition == "quarantined", "also where processing fails"
    assert balance(ledger).files.seen == 2 and sound(ledger)


def test_an_upload_by_mail_and_by_the_door_is_told_a_reference_too(ledger: Ledger, store: Store) -> None:
    accept(ledger, FORM)
    work(ledger, store)
    news = Incoming(channel="api", received_at=NOW, received_by="upload", wants_reference=True)
    told = ledger.accept(FORM, news)
    found = store.find(told.reference or "")
    assert found and not told.new


def test_m12_the_oldest_goes_first(ledger: Ledger, store: Store, clock: Clock) -> None:
    for number, day in enumerate((3, 1, 2)):
        clock.now = NOW + timedelta(days=day)
        accept(ledger, mail(b"day: %d" % day), uid=number + 1)
    reader = SmallReader()
    work(ledger, store, reader)
    assert [data[-1:] for data in reader.begun] == [b"1", b"2", b"3"]


def test_d22_hostile_names_are_kept_as_text(ledger: Ledger, store: Store) -> None:
    for number, name in enumerate(("../../x", "nul\0byte", "\ud800half", "=cmd", "x" * 4000)):
        news = Incoming(channel="folder", received_at=NOW, received_by="file_time", filename=name)
        ledger.accept(b"n: %d" % number, news)
    assert work(ledger, store) == 5 and sound(ledger)
    assert not any(path.name in ("x", "nul") for path in ledger.raw_folder.parent.rglob("*"))


def test_s3_a_database_that_is_locked_or_gone_loses_nothing(
    ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(ledger, mail(FORM), uid=1)

    def locked(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.store.Store.keep_within", locked)
        work(ledger, store)
    assert row(ledger).state == "failed" and "locked" in row(ledger).reason
    assert list(store.records()) == [] and sound(ledger), "neither half of the finish was written"
    ledger_work.try_again(ledger, 1)
    assert work(ledger, store) == 1 and len(list(store.records())) == 1 and sound(ledger)


def test_s6_an_original_changed_on_the_disk_is_quarantined(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(FORM), uid=1)
    path = raw_path(ledger.raw_folder, row(ledger).sha256)
    path.chmod(0o600)
    path.write_bytes(b"tampered")
    work(ledger, store)
    assert row(ledger).state == "quarantined" and "changed on the disk" in row(ledger).reason


def test_the_balance_shows_what_is_in_none_of_the_five(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(FORM), uid=1)
    work(ledger, store)
    with ledger.writing() as connection:
        connection.execute(update(MESSAGES).values(state="strange"))
        connection.execute(PARTS.delete())
    told = balance(ledger)
    assert not told.messages.exact and not told.files.exact
    assert all("NOT EXACT" in line for line in told.lines()) and len(audit(ledger)) == 3


def test_audit_misses_bytes_that_are_gone(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(FORM), uid=1)
    work(ledger, store)
    os.unlink(raw_path(ledger.raw_folder, row(ledger).sha256))
    (said,) = audit(ledger)
    assert "not on the disk" in said


def test_33_signs_of_life_and_notices_are_told_once(ledger: Ledger, clock: Clock) -> None:
    ledger_signs.beat(ledger, "watch", "12 in the folder", good=True)
    clock.forward(minutes=5)
    ledger_signs.beat(ledger, "watch", "no connection")
    (sign,) = ledger_signs.heartbeats(ledger)
    assert (sign.good_at, sign.beat_at, sign.said) == (NOW, clock.now, "no connection")
    assert ledger_signs.notify(ledger, "disk_full", "/raw", "full")
    assert not ledger_signs.notify(ledger, "disk_full", "/raw", "full")
    ledger_signs.withdraw(ledger, "disk_full", "/raw")
    assert ledger_signs.notices(ledger) == () and ledger_signs.notify(ledger, "disk_full", "/raw", "full")


def test_m11_a_draft_is_kept_once_and_tried_again(ledger: Ledger, clock: Clock) -> None:
    assert ledger_drafts.keep_draft(ledger, "r-1", "receipt", b"letter")
    assert not ledger_drafts.keep_draft(ledger, "r-1", "receipt", b"another")
    (draft,) = ledger_drafts.due(ledger)
    ledger_drafts.failed(ledger, draft, "quota")
    assert ledger_drafts.due(ledger) == () and ledger_drafts.drafts_of(ledger, "r-1")[0].reason == "quota"
    clock.forward(seconds=31)
    ledger_drafts.appended(ledger, ledger_drafts.due(ledger)[0])
    clock.forward(days=1)
    assert ledger_drafts.due(ledger) == ()


def test_04_parked_mail_is_counted_once_though_its_number_changes(ledger: Ledger) -> None:
    old = Place(account="a", folder="INBOX", uidvalidity=7, uid=2)
    new = Place(account="a", folder="INBOX", uidvalidity=8, uid=1)
    for place in (old, old, new):
        ledger_parked.park(ledger, place, "too_large", "Too large.", 90_000_000, NOW)
    ledger_places.missed(ledger, "a", "INBOX", 8, present=[1])
    (parked,) = ledger_parked.parked(ledger)
    assert (parked.uidvalidity, parked.uid, parked.code) == (8, 1, "too_large")
    assert balance(ledger).messages.seen == 1 and sound(ledger)
    ledger_parked.release(ledger, parked.id)
    assert balance(ledger).messages.waiting == 1


def test_13_parked_mail_that_somebody_took_away_is_not_waited_for(ledger: Ledger) -> None:
    place = Place(account="a", folder="INBOX", uidvalidity=7, uid=2)
    ledger_parked.park(ledger, place, "unfetchable", "The server says no.", 10, NOW)
    assert balance(ledger).messages.waiting == 1
    ledger_places.missed(ledger, "a", "INBOX", 7, present=[])
    (parked,) = ledger_parked.parked(ledger)
    assert (parked.code, parked.retry_at) == ("gone", None) and balance(ledger).messages.quarantined == 1
    assert ledger_places.known_uids(ledger, "a", "INBOX", 7) == frozenset(), "should it come back, it is fetched"


def test_m8_a_number_given_away_twice_points_to_the_mail_that_lies_there_now(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(FORM), uid=1)
    work(ledger, store)
    (before,) = ledger_places.untouched(ledger, "a", "INBOX", 7)
    ledger_places.touched(ledger, [before.sighting])
    accept(ledger, mail(b"title: another"), uid=1)
    assert ledger_places.untouched(ledger, "a", "INBOX", 7) == (), "not finished yet"
    assert work(ledger, store) == 1
    assert [mail.uid for mail in ledger_places.untouched(ledger, "a", "INBOX", 7)] == [1]


def test_08_mail_that_is_back_may_be_touched_again(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(FORM), uid=1)
    work(ledger, store)
    assert ledger_places.missed(ledger, "a", "INBOX", 7, present=[]) == 1
    assert ledger_places.untouched(ledger, "a", "INBOX", 7) == ()
    assert ledger_places.missed(ledger, "a", "INBOX", 7, present=[1]) == 0
    assert len(ledger_places.untouched(ledger, "a", "INBOX", 7)) == 1


def test_f4_two_requests_of_one_institution_at_the_same_moment_see_each_other(
    ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are judged before either is kept; whoever is kept second is judged again."""
    for number in range(2):
        accept(ledger, mail(FORM + b"\ntitle: %d" % number), uid=number + 1)
    together, look = threading.Barrier(2, timeout=20), Store.other_open_requests
    looks: list[int] = []

    def both_have_looked(self: Store, record: Record) -> tuple[str, ...]:
        found = look(self, record)
        looks.append(1)
        if len(looks) <= 2:
            together.wait()
        return found

    monkeypatch.setattr(Store, "other_open_requests", both_have_looked)
    WorkingOff(ledger, store, SmallReader(), threads=2).run_dry()
    records = sorted(store.records(), key=lambda record: record.disposition)
    assert [record.disposition for record in records] == ["flagged", "ready"] and len(looks) == 3
    assert records[0].eligibility.checks[0].reason == records[1].reference and sound(ledger)


def test_07_bytes_that_are_gone_end_with_a_person(ledger: Ledger, store: Store, clock: Clock) -> None:
    accept(ledger, mail(FORM), uid=1)
    os.unlink(raw_path(ledger.raw_folder, row(ledger).sha256))
    for _ in range(MOST_FAULTS):
        assert work(ledger, store) == 1 and row(ledger).state == "failed"
        clock.now = row(ledger).retry_at
    work(ledger, store)
    assert row(ledger).state == "quarantined" and "not on the disk" in row(ledger).reason
    assert balance(ledger).exact


def test_07_a_notice_of_our_own_fault_goes_when_it_is_mended(ledger: Ledger, store: Store, clock: Clock) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    accept(ledger, mail(FORM), uid=1)
    work(ledger, store, SmallReader(full))
    assert [notice.code for notice in ledger_signs.notices(ledger)] == ["our_fault"]
    clock.now = row(ledger).retry_at
    work(ledger, store)
    assert row(ledger).state == "processed" and ledger_signs.notices(ledger) == ()


def test_11_a_bug_that_even_keeps_a_message_from_a_person_does_not_spin(
    ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a bug")

    accept(ledger, mail(b"? a bug"), uid=1)
    with monkeypatch.context() as patch:
        patch.setattr("flows.finishing.quarantined", broken)
        assert work(ledger, store) == 3
    assert row(ledger).state == "failed" and row(ledger).retry_at > ledger.clock()


def test_f7_parked_mail_and_letters_dated_by_a_clock_since_set_back_do_not_wait(ledger: Ledger, clock: Clock) -> None:
    ledger_drafts.keep_draft(ledger, "r-1", "receipt", b"letter")
    ledger_parked.park(ledger, Place(account="a", folder="INBOX", uidvalidity=7, uid=2), "unfetchable", "No.", 1, NOW)
    clock.forward(days=1)
    ledger_drafts.failed(ledger, ledger_drafts.due(ledger)[0], "quota")
    ledger_parked.park(ledger, Place(account="a", folder="INBOX", uidvalidity=7, uid=2), "unfetchable", "No.", 1, NOW)
    assert ledger_drafts.due(ledger) == () and ledger_places.known_uids(ledger, "a", "INBOX", 7) == {2}
    clock.forward(days=-1)
    assert len(ledger_drafts.due(ledger)) == 1 and ledger_places.known_uids(ledger, "a", "INBOX", 7) == frozenset()


def test_forgotten_mail_that_is_listed_again_stays_forgotten(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(FORM), uid=1)
    work(ledger, store)
    (record,) = store.records()
    forget(store, [record.record_id])
    again = accept(ledger, mail(FORM), uid=1, validity=8)
    assert not again.new and not is_kept(ledger.raw_folder, row(ledger).sha256)
    assert work(ledger, store) == 0 and sound(ledger)


def test_a_forgotten_file_that_somebody_sends_again_is_new(ledger: Ledger, store: Store) -> None:
    place = Place(account="folder", folder="/in", uidvalidity=1, uid=1)
    news = Incoming(channel="folder", received_at=NOW, received_by="file_time", place=place)
    ledger.accept(FORM, news)
    work(ledger, store)
    forget(store, ["r-" + row(ledger).sha256[:20]])
    assert not ledger.accept(FORM, news).new, "it only lies where it lay"
    assert not is_kept(ledger.raw_folder, row(ledger).sha256)
    upload = Incoming(channel="api", received_at=NOW, received_by="upload", wants_reference=True)
    assert ledger.accept(FORM, upload).new and work(ledger, store) == 1
    assert len(list(store.records())) == 1 and sound(ledger)


def test_an_uploader_is_told_the_reference_the_request_has(ledger: Ledger, store: Store) -> None:
    """Whatever way it came first; and where that cannot be known yet, both references lead to it."""
    accept(ledger, mail(FORM), uid=1)
    work(ledger, store)
    (record,) = store.records()
    news = Incoming(channel="api", received_at=NOW, received_by="upload", wants_reference=True)
    assert ledger.accept(FORM, news).reference == record.reference
    early = ledger.accept(b"title: both", news).reference
    accept(ledger, mail(b"title: both"), uid=2)
    work(ledger, store)
    assert early and store.find(early) and sound(ledger)
    message = ledger_work.claim(ledger, "x")
    assert message is None


def test_an_upload_whose_request_is_known_by_another_reference_is_found_by_both(ledger: Ledger, store: Store) -> None:
    kept = store.keep(process_bytes(FORM, Arrival(filename="a"), TODAY, lambda _: (), stages=SMALL), FORM)
    news = Incoming(channel="api", received_at=NOW, received_by="upload", wants_reference=True)
    told = ledger.accept(FORM, news).reference
    assert told == kept.reference
    with ledger.writing() as connection:
        connection.execute(update(MESSAGES).values(reference="DFGL-257W"))
    work(ledger, store)
    found = store.find("DFGL-257W")
    assert found and found.reference == kept.reference


def test_25_a_letter_that_came_back_is_tied_to_its_request_and_told_once(ledger: Ledger, store: Store) -> None:
    accept(ledger, mail(FORM), uid=1)
    accept(ledger, mail(b"title: other"), uid=2)
    work(ledger, store)
    one, two = store.records()
    by_id = f"Message-ID: <acknowledgement.{one.reference}.{one.record_id}@socieux.eu>"
    by_head = f"Message-ID: <made.up@outlook>\nX-SOCIEUX-Reference: {two.reference}"
    bounces = (f"bounce\n{by_id}\nAction: failed", f"bounce\n{by_head}\nStatus: 4.4.7", "bounce\nof a stranger")
    for number, text in enumerate(bounces):
        accept(ledger, mail(b"x report", subject=text.encode()), uid=3 + number)
    work(ledger, store)
    ledger_work.try_again(ledger, 3)
    work(ledger, store)
    told = {notice.said for notice in ledger_signs.notices(ledger) if notice.code == "undelivered"}
    assert len(told) == 2 and all("could not be delivered" in said or "goes on trying" in said for said in told)
    with store.engine.connect() as connection:
        noted = {row.record_id: row.detail for row in connection.execute(AUDIT.select()) if row.action == RETURNED}
    assert set(noted) == {one.record_id, two.record_id} and set(noted.values()) == told
    assert [row(ledger, number).state for number in (3, 4, 5)] == ["ignored"] * 3 and sound(ledger)
