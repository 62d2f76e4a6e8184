"""Lives of a watcher: it runs in a process of its own and is killed, at a given arrow of its order or at any moment."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from flows import finishing, mailbox_settings, taking_in, watch_command, watching
from flows.mail_folder import Mailbox
from flows.mailbox_settings import MailboxSettings, WatchSettings
from flows.sandbox import Pool
from flows.watch_command import Watch
from pipeline import ledger, ledger_ends, ledger_places, ledger_work, raw, store
from pipeline.ledger import Ledger
from pipeline.ledger_balance import balance
from pipeline.store import open_store
from tests.dovecot import PASSWORD
from tests.faults.slow_reader import SlowReader

ARROWS: dict[str, tuple[object, str, str]] = {
    "before the bytes are written": (ledger, "keep_raw", "before"),
    "written, not yet under their name": (raw.os, "replace", "before"),
    "on the disk, no row yet": (ledger, "keep_raw", "after"),
    "in the ledger": (taking_in.TakingIn, "_keep", "after"),
    "claimed": (ledger_work, "claim", "after"),
    "opened, files not noted": (ledger_ends, "opened", "before"),
    "files noted": (ledger_ends, "opened", "after"),
    "read, nothing finished": (ledger_ends, "finish", "before"),
    "inside the finish": (store.Store, "keep_within", "after"),
    "finished": (ledger_ends, "finish", "after"),
    "moved, not noted": (Mailbox, "touch", "after"),
    "moved and noted": (ledger_places, "touched", "after"),
    "all of the folder compared": (ledger_places, "missed", "before"),
}
"""Where a life may end, by the function that is then called or has just returned."""


@dataclass(frozen=True)
class Circumstances:
    """Where the watcher of all lives works, and how slowly it reads."""

    url: str
    raw_folder: Path
    settings: MailboxSettings
    seconds: float = 0.1
    workers: int = 2


@dataclass(frozen=True)
class Death:
    """How a life ended: ``killed`` false if it had to be ended for want of work at its arrow."""

    arrow: str
    killed: bool


def live(circumstances: Circumstances, arrow: str, count: int, longest: float) -> Death:
    """A life that ends at the ``count``-th passing of an arrow, if it passes that often within ``longest`` seconds."""
    life = begin(circumstances, lambda: _end_at(arrow, count))
    end = time.monotonic() + longest
    while time.monotonic() < end:
        if os.waitpid(life, os.WNOHANG)[0]:
            return Death(arrow, True)
        time.sleep(0.01)
    kill_family(life)
    return Death(arrow, False)


def live_until(circumstances: Circumstances, whom: str, seconds: float) -> Death:
    """A life that is cut off after some seconds: the watcher alone, the whole family, or one worker after the other."""
    life = begin(circumstances, lambda: None)
    time.sleep(seconds)
    if whom == "a worker":
        killed = False
        for _ in range(50):
            if workers := [each for each in family(life) if _is_worker(each)]:
                kill(random.choice(workers))
                killed = True
                break
            time.sleep(0.05)
        time.sleep(0.3)
        kill_family(life)
        return Death(whom, killed)
    if whom == "the whole family":
        kill_family(life)
    else:
        kill(life)
        os.waitpid(life, 0)
    return Death(whom, True)


def live_in_peace(circumstances: Circumstances, longest: float, messages: int = 0) -> None:
    """The last life: until ``messages`` came in and nothing waits."""
    end_in_peace(begin(circumstances, lambda: None), circumstances, longest, messages)


def end_in_peace(life: int, circumstances: Circumstances, longest: float, messages: int) -> None:
    """Let a life finish its work, and ask it to stop."""
    opened = open_store(circumstances.url, circumstances.raw_folder)
    book = Ledger(opened.engine, opened.raw_folder)
    end, still = time.monotonic() + longest, 0
    while time.monotonic() < end and still < 8:
        told = balance(book).messages
        still = still + 1 if told.waiting == 0 and told.seen >= messages else 0
        time.sleep(0.2)
    opened.close()
    os.kill(life, signal.SIGTERM)
    _, status = os.waitpid(life, 0)
    assert status == 0, f"asked to stop, it ended with {status}"


def begin(circumstances: Circumstances, prepare: Callable[[], None]) -> int:
    """A watcher in a process of its own. It inherits loaded modules, nothing else: no thread, no connection."""
    life = os.fork()
    if life:
        return life
    status = 1
    try:
        os.setsid()
        prepare()
        watch(circumstances)
        status = 0
    finally:
        os._exit(status)


def watch(circumstances: Circumstances) -> None:
    """The watcher as the command runs it, with a slow reader."""
    os.environ[mailbox_settings.PASSWORD] = PASSWORD
    # Only the pauses are shortened; everything else is as in life.
    ledger_work.FIRST_WAIT = timedelta(seconds=0.2)
    watching.FIRST_WAIT = watching.SLICE = 0.3
    opened = open_store(circumstances.url, circumstances.raw_folder)
    book = Ledger(opened.engine, opened.raw_folder)
    with Pool(circumstances.workers) as pool:
        reader = SlowReader(pool, circumstances.seconds)
        running = Watch(book, opened, WatchSettings(mailboxes=(circumstances.settings,)), reader)
        with watch_command._stopping(running.stop, reader):
            running.run()


def _end_at(arrow: str, count: int) -> None:
    """Kill this process when the arrow is passed for the ``count``-th time. Done from outside the product: its
    functions are wrapped in this process only."""
    owner, name, when = ARROWS[arrow]
    function: Callable[..., Any] = getattr(owner, name)
    passed = iter(range(count - 1, -1, -1))
    lock = threading.Lock()

    def perhaps_die() -> None:
        with lock:
            if next(passed, 1) == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    @wraps(function)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        if when == "before":
            perhaps_die()
            return function(*arguments, **named)
        made = function(*arguments, **named)
        if made is not None or name not in ("claim",):
            perhaps_die()
        return made

    setattr(owner, name, wrapped)
    for module in (finishing, taking_in, watching):
        if getattr(module, name, None) is function:
            setattr(module, name, wrapped)


def family(life: int) -> list[int]:
    """A process and all that it started, and what they started."""
    found, at = [life], 0
    while at < len(found):
        with suppress(OSError):
            for task in Path(f"/proc/{found[at]}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        at += 1
    return found


def kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def kill_family(life: int) -> None:
    for process in family(life):
        kill(process)
    with suppress(ChildProcessError):
        os.waitpid(life, 0)


def _is_worker(process: int) -> bool:
    with suppress(OSError):
        return b"flows.worker" in Path(f"/proc/{process}/cmdline").read_bytes()
    return False
