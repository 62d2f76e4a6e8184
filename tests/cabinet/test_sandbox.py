"""The sandbox holds: each fault has its name, nothing is left behind, and the next file is served (D26, F5, F6)."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from pathlib import Path

import pytest

from extractors import isolation, rooms
from extractors.isolation import Capabilities, capabilities
from flows import fence, sandbox
from flows.fence import WillNotStart
from flows.keyring import NO_KEYS
from flows.process import record_id
from flows.sandbox import OutOfTime
from flows.workers import Handed, open_pool, outcome, tried_twice
from pipeline.records import Arrival, Record
from tests.cabinet import orders
from tests.cabinet.case import form
from tests.cabinet.paged_faults import doubling, page, saved

TODAY = date(2026, 11, 22)
ARRIVAL = Arrival(filename="a.pdf")
HOUSE = Path(__file__).resolve().parents[2]
needs_family = pytest.mark.skipif(not capabilities().own_family, reason="this machine allows no families of processes")
needs_folder = pytest.mark.skipif(not capabilities().own_folder, reason="this machine allows no private file systems")


def ended(order: Callable[..., object], seconds: float = 4.0, data: bytes = b"x") -> str:
    """The code of what became of a file whose reader got this order, and the proof that the next one is served."""
    with open_pool(1) as pool:
        future: Future[Record] = pool.schedule(order, timeout=seconds)
        made = outcome(future, data, ARRIVAL, TODAY)
        assert pool.schedule(record_id, args=(b"next",)).result() == record_id(b"next")
    return made.flags[0].code if isinstance(made, Record) else str(made)


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (orders.hang, {"timeout"}),
        (orders.spin, {"timeout"}),
        (orders.leave, {"crash"}),
        (orders.break_down, {"crash"}),
        (orders.be_killed, {"memory", "timeout"}),
        (orders.print_much, {"done"}),
        (orders.answer_nonsense, {"internal_error"}),
    ],
)
def test_each_fault_has_its_name_and_the_next_file_is_served(order: Callable[..., object], code: set[str]) -> None:
    assert ended(order) in code


def test_a_reader_that_asks_for_more_and_more_memory_is_refused_it() -> None:
    assert ended(orders.eat_memory, 60.0) == "memory"


def test_f8_short_of_memory_the_system_ends_the_reader_and_not_us() -> None:
    with open_pool(1) as pool:
        reader = pool.schedule(orders.first_to_go).result()
    assert isinstance(reader, int) and reader > orders.first_to_go()


def test_a_reader_that_floods_us_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "LARGEST_ANSWER", 1_000_000)
    assert ended(orders.answer_much, 60.0) == "crash"


@needs_family
def test_a_fork_bomb_is_ended_with_all_its_children() -> None:
    before = len(list(Path("/proc").glob("[0-9]*")))
    assert ended(orders.fork_bomb) in {"timeout", "crash", "memory"}
    assert len(list(Path("/proc").glob("[0-9]*"))) < before + 200, "of several hundred none is left"


@needs_folder
def test_ten_gigabytes_of_temporary_files_are_not_written() -> None:
    assert ended(orders.write_much, 60.0) == "OSError"


@needs_family
def test_a_child_that_breaks_away_is_ended_before_the_next_file() -> None:
    with open_pool(1) as pool:
        assert pool.schedule(orders.leave_child).result() == 1
        assert not living("signal.SIGTERM, signal.SIG_IGN")
        assert pool.schedule(orders.leave_child).result() == 1
    assert not living("signal.SIGTERM, signal.SIG_IGN")


def test_without_namespaces_what_breaks_away_is_ended_too(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = Capabilities(no_network=False, own_family=False)
    for each in (isolation, fence, sandbox):
        monkeypatch.setattr(each, "capabilities", lambda: bare)
    with open_pool(1) as pool:
        assert pool.schedule(orders.leave_child).result() == 1
        assert not living("signal.SIGTERM, signal.SIG_IGN"), "ended before the next file"
        with pytest.raises(OutOfTime):
            pool.schedule(orders.leave_child_and_hang, timeout=3.0).result()
        assert not living("signal.SIGTERM, signal.SIG_IGN"), "ended with the worker, out of its group and of its parent"


def test_the_folder_of_one_file_is_empty_for_the_next_and_gone_at_the_end() -> None:
    with open_pool(1) as pool:
        place = str(pool.schedule(orders.leave_file).result())
        assert pool.schedule(orders.listed).result() == []
        assert sandbox.ROOMS in place and Path(place).exists()
    assert not Path(place).exists() and not Path(place).parent.exists()


@pytest.mark.skipif(not capabilities().no_network, reason="this machine cannot cut the network off")
def test_no_worker_reaches_anybody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, open_pool(1) as pool:
        server.settimeout(0.5)
        assert pool.schedule(orders.call, args=(server.getsockname()[1],)).result() != "reached"
        with pytest.raises(TimeoutError):
            server.accept()


def test_no_worker_inherits_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIEUX_MAIL_PASSWORD", "sesame")
    monkeypatch.setenv("SOCIEUX_STORE", "postgresql://u:sesame@127.0.0.1/x")
    with open_pool(1) as pool:
        assert "sesame" not in str(pool.schedule(orders.surroundings).result())


@pytest.mark.parametrize("bare", [False, True], ids=["with namespaces", "without"])
def test_no_worker_reads_them_from_a_process_of_ours(bare: bool) -> None:
    """The system shows a process the environment of any other of the same user, unless that one objects."""
    code = (
        "import os; from extractors import isolation; from flows import fence, sandbox\n"
        f"can = isolation.Capabilities(no_network=False, own_family=False) if {bare} else isolation.capabilities()\n"
        "for each in (isolation, fence, sandbox): each.capabilities = lambda: can\n"
        "from flows.workers import open_pool; from tests.cabinet import orders\n"
        "print(orders.read(f'/proc/{os.getpid()}/environ'))\n"
        "with open_pool(1) as pool:\n"
        "    print(pool.schedule(orders.read, args=(f'/proc/{os.getpid()}/environ',)).result())\n"
    )
    surroundings = {**os.environ, "SOCIEUX_MAIL_PASSWORD": "sesame"}
    done = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, env=surroundings, capture_output=True, text=True)
    own, workers = done.stdout.split()
    assert own == "read" and workers in ("PermissionError", "FileNotFoundError")


@needs_folder
def test_no_worker_sees_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = HOUSE / ".hidden-store-of-a-test"
    store.mkdir()
    try:
        (store / "socieux.db").write_bytes(b"the others' requests")
        monkeypatch.setenv("SOCIEUX_HOME", str(store))
        with open_pool(1) as pool:
            assert pool.schedule(orders.sees, args=(str(store / "socieux.db"),)).result() is False
            assert pool.schedule(orders.sees, args=(__file__,)).result() is True
    finally:
        (store / "socieux.db").unlink()
        store.rmdir()


def test_what_a_killed_parent_leaves_is_gone_with_the_next_start() -> None:
    code = (
        "from flows.workers import open_pool; from tests.cabinet import orders; import time\n"
        "with open_pool(1) as pool:\n"
        "    print(pool.schedule(orders.leave_file).result(), flush=True)\n"
        "    pool.schedule(orders.hang)\n"
        "    time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=HOUSE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    place = Path(parent.stdout.readline().strip())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    soon = time.monotonic() + 10
    while living(place.name) and time.monotonic() < soon:
        time.sleep(0.1)
    assert not living(place.name), "the workers die with us"
    with open_pool(1):
        pass
    assert not place.exists() and not place.parent.exists()


def test_a_room_of_somebody_who_lives_is_left_alone() -> None:
    room = rooms.open_room(sandbox.ROOMS)
    try:
        rooms.clear_left_over(sandbox.ROOMS, room.folder.parent)
        assert room.folder.exists()
    finally:
        room.close()
    assert not room.folder.exists()


def test_a_pool_that_cannot_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_room: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rooms.Room, "corner", full)
    with open_pool(1) as pool, pytest.raises(WillNotStart, match="No space left"):
        pool.schedule(record_id, args=(b"x",)).result()


def test_a_pdf_whose_reader_dies_is_read_by_the_other_one() -> None:
    data = form("fr_tunisie_insertion.pdf")
    record = second_reading(data)
    codes = {flag.code for flag in record.flags}
    assert record.disposition == "flagged" and "second_reader" in codes
    assert record.fields["institution_name"].state == "answered"


def test_a_pdf_that_no_reader_comes_through_with_is_hostile() -> None:
    slow = second_reading(saved(page()))
    assert [flag.code for flag in slow.flags] == ["timeout"], "readable, but no form: only slow"
    record = second_reading(doubling(28), seconds=4.0)
    assert [flag.code for flag in record.flags][:2] == ["timeout", "hostile"] and record.disposition == "quarantined"


def test_other_files_have_no_second_reader() -> None:
    assert [flag.code for flag in second_reading(form("en_ghana_pensions.docx")).flags] == ["timeout"]


def second_reading(data: bytes, seconds: float = 60.0) -> Record:
    """What becomes of a file whose first reader hangs."""
    with open_pool(1) as pool:
        first: Future[Record] = pool.schedule(orders.hang, timeout=1.0)
        promise = tried_twice(pool, first, Handed(data, ARRIVAL, TODAY, None, NO_KEYS, seconds))
        made = outcome(promise, data, ARRIVAL, TODAY)
    assert isinstance(made, Record)
    return made


def living(*words: str) -> list[str]:
    """The commands of living processes that hold one of the words, this one not counted."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            told = entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if any(word in told for word in words) and int(entry.parent.name) != os.getpid():
            found.append(told)
    return found
