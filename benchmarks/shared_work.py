"""One ledger on PostgreSQL, two worker processes: nothing is done twice, and two are faster than one."""

import os
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from benchmarks.children import HOUSE, BenchmarkFailed
from benchmarks.commands import COMMAND
from benchmarks.figures import Figure, OtherLoad, at_least, at_most
from benchmarks.mails import forms
from pipeline.ledger import Ledger
from pipeline.ledger_balance import audit, balance
from pipeline.messages import Incoming
from pipeline.store import open_store
from tests.conftest import postgresql_server

FORMS = 500
TWO_FOR_ONE = 1.4


def shared_work(folder: Path) -> Iterator[Figure]:
    """The same forms by one worker process and by two, each from their start to their end."""
    load = OtherLoad()
    with tempfile.TemporaryDirectory(prefix="benchmark_shared_") as place, postgresql_server() as server:
        one = _worked_off(folder, Path(place), server, 1)
        two = _worked_off(folder, Path(place), server, 2)
    others = f"other programs kept {load.cores():.2f} cores busy"
    yield at_most(f"{FORMS} forms done twice by two worker processes", [two[1]], 0, "count", "PostgreSQL without fsync")
    yield at_least("two worker processes / one", [one[0] / two[0]], TWO_FOR_ONE, "wall", others)


def _worked_off(folder: Path, place: Path, server: str, processes: int) -> tuple[float, float]:
    """Seconds until the forms are records, and how many were done more than once."""
    url, home = _database(server, f"worked_by_{processes}"), place / str(processes)
    home.mkdir()
    # The original files lie at home with any database but SQLite.
    store = open_store(url, home / "raw")
    ledger = Ledger(store.engine, store.raw_folder)
    for name, form in forms(folder, FORMS):
        now = datetime.now(UTC)
        ledger.accept(form, Incoming(channel="folder", received_at=now, received_by="file_time", filename=name))
    words = [str(COMMAND), "watch", "--work-only", "--once", "--workers", "1", "--store", url]
    own = os.environ | {"SOCIEUX_HOME": str(home)}
    start = time.perf_counter()
    running = [subprocess.Popen(words, cwd=HOUSE, env=own, stderr=subprocess.PIPE, text=True) for _ in range(processes)]
    told = [process.communicate()[1] for process in running]
    seconds = time.perf_counter() - start
    done = Counter(line for each in told for line in each.splitlines() if line.endswith("is done with"))
    twice = sum(count - 1 for count in done.values()) + sum(message.attempts - 1 for message in ledger.messages())
    if len(done) != FORMS or balance(ledger).messages.waiting or audit(ledger):
        raise BenchmarkFailed(f"{len(done)} of {FORMS} forms were done; {audit(ledger)[:1]} {told[0][-200:]}")
    store.close()
    return seconds, float(twice)


def _database(server: str, name: str) -> str:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)
