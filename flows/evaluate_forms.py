"""``socieux evaluate forms``: the forms of a folder are read, and their records marked against the gold beside them."""

import os
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from flows.batch import Batch, process_files
from flows.keyring import NO_KEYS, Keyring
from flows.marking import mark
from flows.progress import told
from flows.scores import Report, report
from flows.walking import Misuse, shown_name
from pipeline.gold import Gold, gold_files, load_gold
from pipeline.records import Record
from pipeline.trouble import GoldTrouble


def evaluate_forms(
    folder: Path, today: date | None = None, jobs: int | None = None, keyring: Keyring = NO_KEYS
) -> Report:
    """Read every form that has a gold record beside it and measure the records. Raises ``Misuse``.

    The store is left alone, so nobody else's requests count."""
    golds = _golds(folder)
    files = [path for path in golds if path.exists()]
    batch = Batch(
        today=today or datetime.now(UTC).astimezone().date(),
        workers=max(1, min(len(files), jobs or len(os.sched_getaffinity(0)))),
        named=frozenset(files),
        keyring=keyring,
    )
    records = _by_name(told(process_files(files, batch), len(files)))
    return report([mark(gold, records.get(shown_name(path))) for path, gold in golds.items()])


def sound(measured: Report) -> bool:
    """No silent error, and a record of every form."""
    return not measured.overall.silent and not measured.overall.missing


def _golds(folder: Path) -> dict[Path, Gold]:
    """The gold records by the forms they speak of."""
    if not folder.is_dir():
        raise Misuse(f"There is no folder {folder}.")
    found: dict[Path, Gold] = {}
    names: dict[str, Path] = {}
    for path in gold_files(folder):
        try:
            gold = load_gold(path)
        except GoldTrouble as trouble:
            raise Misuse(str(trouble)) from trouble
        form = path.parent / Path(gold.file).name
        if (other := names.setdefault(form.name, path)) != path:
            raise Misuse(f"{other} and {path} both speak of a file named {form.name}; give one of them another name.")
        found[form] = gold
    if not found:
        raise Misuse(f"{folder} holds no gold record (NAME.gold.json beside each form).")
    return found


def _by_name(records: Iterable[Record]) -> dict[str, Record]:
    """A file that gives several records is marked by the first in which something was read."""
    found: dict[str, Record] = {}
    for record in records:
        name = record.source.container[0] if record.source.container else record.source.filename
        if name not in found or (record.fields and not found[name].fields):
            found[name] = record
    return found
