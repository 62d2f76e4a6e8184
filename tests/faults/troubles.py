"""Troubles that are no crash: the line cut, the server restarted, UIDs renumbered, the database locked, the disk full,
two watchers at once, the clock moved. Each lives through its trouble and is then judged as after the kills."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pipeline.ledger import Ledger
from pipeline.ledger_balance import balance
from pipeline.ledger_signs import notices
from pipeline.store import open_store
from tests.broken_line import BrokenLine
from tests.dovecot import Dovecot
from tests.faults.killing import Report, judge, mail, place
from tests.faults.lives import Circumstances, begin, end_in_peace, kill_family, live_in_peace

Trouble = Callable[[Dovecot, Circumstances, int], None]
FAKETIME = shutil.which("faketime")


def line_cut(dovecot: Dovecot, circumstances: Circumstances, messages: int) -> None:
    """The line is cut inside a mail, then goes deaf, then refuses for a while."""
    line = BrokenLine(dovecot.port).start()
    settings = circumstances.settings.model_copy(update={"port": line.port, "step_limit": 2.0})
    life = begin(replace(circumstances, settings=settings), lambda: None)
    for number in range(messages):
        dovecot.deliver(mail(number))
        if number == messages // 4:
            line.cut_after = 3000
        if number == messages // 2:
            line.deaf = True
            line.cut()
            time.sleep(0.5)
            line.deaf = False
        if number == 3 * messages // 4:
            line.refuse = True
            line.cut()
            time.sleep(0.5)
            line.refuse = False
    end_in_peace(life, circumstances, 60.0, messages)
    line.close()


def server_restarted(dovecot: Dovecot, circumstances: Circumstances, messages: int) -> None:
    """The server goes away and comes back, twice."""
    life = begin(circumstances, lambda: None)
    for number in range(messages):
        if number in (messages // 3, 2 * messages // 3):
            dovecot.stop()
            time.sleep(0.3)
            dovecot.start()
        dovecot.deliver(mail(number))
    end_in_peace(life, circumstances, 60.0, messages)


def uids_renumbered(dovecot: Dovecot, circumstances: Circumstances, messages: int) -> None:
    """The mailbox is rebuilt under the watcher, with mail in it."""
    settings = circumstances.settings.model_copy(update={"move_to": None})
    stays = replace(circumstances, settings=settings)
    life = begin(stays, lambda: None)
    for number in range(messages):
        if number == messages // 2:
            dovecot.stop()
            dovecot.forget_uids()
            dovecot.start()
        dovecot.deliver(mail(number))
    end_in_peace(life, stays, 60.0, messages)


def database_locked(dovecot: Dovecot, circumstances: Circumstances, messages: int) -> None:
    """Another program holds the write lock for longer than we wait."""
    life = begin(circumstances, _impatient)
    other = sqlite3.connect(circumstances.url, isolation_level=None, timeout=30)
    for number in range(messages):
        if number == messages // 2:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(2.5)
            other.execute("COMMIT")
        dovecot.deliver(mail(number))
    other.close()
    end_in_peace(life, circumstances, 60.0, messages)


def _impatient() -> None:
    from pipeline import opening

    opening.WAIT_FOR_LOCK = 500


def disk_full(dovecot: Dovecot, circumstances: Circumstances, messages: int) -> None:
    """The disk of database and originals fills up to the last byte, and is freed again."""
    home = circumstances.raw_folder.parent
    ballast = home / "ballast"
    life = begin(circumstances, lambda: None)
    for number in range(messages):
        if number == messages // 3:
            _fill(ballast)
        dovecot.deliver(mail(number))
    time.sleep(2.0)
    ballast.unlink()
    end_in_peace(life, circumstances, 60.0, messages)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            while True:
                try:
                    if file.write(b"\0" * size) < size:
                        break
                except OSError:
                    break


def two_watchers(dovecot: Dovecot, circumstances: Circumstances, messages: int) -> None:
    """Two watchers on the same folder and ledger, neither of which believes in leases."""
    lives = [begin(circumstances, _no_leases) for _ in range(2)]
    for number in range(messages):
        dovecot.deliver(mail(number))
    kill_family(lives.pop())
    end_in_peace(lives.pop(), circumstances, 60.0, messages)


def _no_leases() -> None:
    from flows import watching

    watching.hold_lease = lambda *_: True  # type: ignore[assignment]


def clock_moved(dovecot: Dovecot, circumstances: Circumstances, messages: int) -> None:
    """Lives on clocks a day ahead and a day behind, each killed at work; the last is on time."""
    steps = ("+1d", "-1d", "+26h", "-3h")
    for number in range(messages):
        dovecot.deliver(mail(number))
        if number % max(1, messages // len(steps)) == 0:
            life = _life_on_another_clock(circumstances, steps[number * len(steps) // messages])
            time.sleep(3.0)
            kill_family(life.pid)
            life.wait()
    live_in_peace(circumstances, 90.0, messages)


def _life_on_another_clock(circumstances: Circumstances, step: str) -> "subprocess.Popen[bytes]":
    assert FAKETIME is not None, "apt-get install -y --no-install-recommends faketime"
    told = circumstances.settings.model_dump_json()
    command = [sys.executable, "-m", "tests.faults.one_life", circumstances.url, str(circumstances.raw_folder), told]
    # The monotonic clock goes on as it did: that is what waits and time limits go by.
    own = os.environ | {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return subprocess.Popen([FAKETIME, "-m", "-f", step, *command], env=own)


TROUBLES: dict[str, Trouble] = {
    "line cut": line_cut,
    "server restarted": server_restarted,
    "UIDs renumbered": uids_renumbered,
    "database locked": database_locked,
    "disk full": disk_full,
    "two watchers": two_watchers,
    "clock moved": clock_moved,
}
"""One line per trouble."""


def go_through(name: str, messages: int) -> Report:
    """Live through one trouble with so many messages; the judgement."""
    start = time.monotonic()
    report = Report(messages=messages)
    with _room(name) as home, place(0.05, home) as (dovecot, circumstances):
        TROUBLES[name](dovecot, circumstances, messages)
        judge(report, circumstances)
        report.notices = _noticed(circumstances)
    report.seconds = round(time.monotonic() - start, 1)
    return report


def _noticed(circumstances: Circumstances) -> tuple[str, ...]:
    opened = open_store(circumstances.url, circumstances.raw_folder)
    book = Ledger(opened.engine, opened.raw_folder)
    assert balance(book).exact
    told = tuple(notice.code for notice in notices(book))
    opened.close()
    return told


@contextmanager
def _room(name: str) -> Iterator[Path | None]:
    """A small disk of its own for the trouble that needs one. Raises ``CannotMount`` where nobody lets us."""
    if name != "disk full":
        yield None
        return
    import tempfile

    home = Path(tempfile.mkdtemp(prefix="socieux-small-disk-"))
    small = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(home)]
    mounted = subprocess.run(small, capture_output=True, check=False)
    if mounted.returncode:
        home.rmdir()
        raise CannotMount("No small disk can be mounted here; it takes root and the right to mount.")
    try:
        yield home
    finally:
        subprocess.run(["umount", "-l", str(home)], check=False)
        home.rmdir()


class CannotMount(Exception):
    """This machine lets nobody mount a disk."""
