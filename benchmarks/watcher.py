"""The watcher: its time over that of the plain command on the same forms, and from a mail's arrival to its record."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.children import HOUSE, BenchmarkFailed
from benchmarks.commands import COMMAND
from benchmarks.figures import Figure, OtherLoad, at_most, pair, wall
from benchmarks.mails import forms, mail
from tests.dovecot import PASSWORD, PROGRAM, Dovecot, running_dovecot

MAILS, ARRIVALS = 200, 15
OVER_PROCESS, TO_RECORD = 1.3, 5.0
_SETTINGS = """
[[mailboxes]]
host = "{host}"
port = {port}
user = "{user}"
certificates = "{certificates}"
"""


def watcher(folder: Path) -> Iterator[Figure]:
    """200 mails against 200 files, both from the start of the command to its end; then mails one by one."""
    if not Path(PROGRAM).exists():
        raise BenchmarkFailed("Dovecot is missing: apt-get install -y --no-install-recommends dovecot-imapd")
    load = OtherLoad()
    with tempfile.TemporaryDirectory(prefix="benchmark_watch_") as place, running_dovecot() as dovecot:
        ratio = _over_process(folder, Path(place), dovecot, MAILS)
        others = f"other programs kept {load.cores():.2f} cores busy"
        yield at_most(f"{MAILS} mails: the watcher / socieux process", [ratio], OVER_PROCESS, "wall", others)
        load = OtherLoad()
        waits = _to_record(folder, Path(place), dovecot.of("one.by.one@socieux.test"), ARRIVALS)
        others = f"median of {ARRIVALS}; other programs kept {load.cores():.2f} cores busy"
        yield at_most("from a mail's arrival to its record, s", waits, TO_RECORD, "wall", others)


def _over_process(folder: Path, place: Path, dovecot: Dovecot, number: int) -> float:
    files = place / "forms"
    files.mkdir()
    made = list(forms(folder, number))
    for name, form in made:
        (files / name).write_bytes(form)
    dovecot.drop(*(mail(name, form) for name, form in made))
    watch = partial(_run, "watch", "--once", "--settings", _settings(place, dovecot), "--store", str(place / "w.db"))
    process = partial(_run, "process", str(files), "--out", str(place / "out"), "--store", str(place / "p.db"))
    ratio = pair(watch, process, 0, wall)
    if (told := _records(place / "w.db")) != number:
        raise BenchmarkFailed(f"The watcher made {told} records of {number} mails.")
    return ratio


def _to_record(folder: Path, place: Path, dovecot: Dovecot, number: int) -> list[float]:
    """Seconds from the delivery of a mail, the watcher waiting in IDLE, to its record in the store."""
    store = place / "one.db"
    waits = []
    with _watching(place, dovecot, store):
        for turn, (name, form) in enumerate(forms(folder, number + 2)):
            before = _records(store)
            start = time.perf_counter()
            dovecot.deliver(mail(f"again {name}", form))
            while _records(store) == before:
                if time.perf_counter() - start > 120:
                    raise BenchmarkFailed("A mail did not become a record within two minutes.")
                time.sleep(0.02)
            # The first two find workers that have not loaded their libraries.
            waits += [time.perf_counter() - start] if turn >= 2 else []
            time.sleep(0.5)
    return waits


@contextmanager
def _watching(place: Path, dovecot: Dovecot, store: Path) -> Iterator[None]:
    command = [str(COMMAND), "watch", "--settings", _settings(place, dovecot), "--store", str(store)]
    running = subprocess.Popen(command, cwd=HOUSE, env=_surroundings(), stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)


def _settings(place: Path, dovecot: Dovecot) -> str:
    file = place / f"{dovecot.user}.toml"
    told = {"host": dovecot.host, "port": dovecot.port, "user": dovecot.user, "certificates": dovecot.certificate}
    file.write_text(_SETTINGS.format(**told), "utf-8")
    return str(file)


def _surroundings() -> dict[str, str]:
    return os.environ | {"SOCIEUX_MAIL_PASSWORD": PASSWORD}


def _run(*words: str) -> None:
    done = subprocess.run([str(COMMAND), *words], cwd=HOUSE, env=_surroundings(), capture_output=True, check=False)
    if done.returncode > 1:
        raise BenchmarkFailed(f"socieux {words[0]} ended with {done.returncode}: {done.stderr.decode()[-200:]}")


def _records(store: Path) -> int:
    import sqlite3

    if not store.exists():
        return 0
    connection = sqlite3.connect(store, timeout=30)
    try:
        return int(connection.execute("SELECT count(*) FROM requests").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()
