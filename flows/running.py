"""``socieux process`` from its options to its exit status."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from flows.keyring import NO_KEYS, Keyring
from flows.places import open_the_store, store_url
from flows.progress import told
from flows.sandbox import Pool
from flows.walking import Misuse, skipped_notice, walk

if TYPE_CHECKING:
    from flows.batch import Batch
    from pipeline.records import Record


@dataclass(frozen=True)
class Order:
    """What the command was told."""

    paths: tuple[Path, ...]
    out: Path | None = None
    table: bool = False
    jobs: int | None = None
    today: date | None = None
    store: str | None = None
    use_store: bool = True
    keyring: Keyring = NO_KEYS


def run(order: Order) -> int:
    """Process what was asked; gives the exit status: 0 all readable, 1 something quarantined. Raises ``Misuse``."""
    found = walk(order.paths)
    for notice in skipped_notice(found):
        print(notice, file=sys.stderr)
    records: list[Record] = []
    quarantined = False
    workers = max(1, min(len(found.files), order.jobs or len(os.sched_getaffinity(0))))
    with _opened(order.out) as lines, Pool(workers) as pool:
        # Loaded while the workers start: the wait for one form is half of it.
        from flows.batch import process_on

        for record in told(process_on(pool, found.files, _batch(order, workers)), len(found.files)):
            lines.write(record.model_dump_json().encode("utf-8") + b"\n")
            lines.flush()
            quarantined = quarantined or record.disposition == "quarantined"
            if order.table:
                records.append(record)
    if records:
        _show(records, order)
    return 1 if quarantined else 0


def _batch(order: Order, workers: int) -> "Batch":
    """The clock is looked at here and nowhere below."""
    from flows.batch import Batch

    now = datetime.now(UTC)
    return Batch(
        today=order.today or now.astimezone().date(),
        received_at=now.isoformat(timespec="seconds"),
        open_store=(lambda: open_the_store(order.store)) if order.use_store else None,
        workers=workers,
        named=frozenset(order.paths),
        keyring=order.keyring,
    )


@contextmanager
def _opened(out: Path | None) -> Iterator[IO[bytes]]:
    """Standard output, or the file asked for: it appears under its name when it is complete."""
    if out is None:
        yield sys.stdout.buffer
        return
    if out.is_dir():
        raise Misuse(f"{out} is a folder; --out needs the name of a file.")
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(out.name + ".part")
    with ExitStack() as stack:
        stack.callback(unfinished.unlink, missing_ok=True)
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(out)


def _show(records: "list[Record]", order: Order) -> None:
    """The table goes to standard output only if the records do not."""
    from flows.overview import print_overview

    print_overview(records, sys.stdout if order.out else sys.stderr)
    kept = [f"the database {_without_password(store_url(order.store))}"] if order.use_store else []
    places = [*([str(order.out)] if order.out else []), *kept]
    if places:
        print(f"The records are in {' and '.join(places)}.", file=sys.stderr)


def _without_password(url: str) -> str:
    from sqlalchemy import make_url

    return make_url(url).render_as_string(hide_password=True) if "://" in url else url
