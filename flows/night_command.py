"""``socieux nightly`` from its options to its report, without any scheduler."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from flows.colleagues_digest import FOLDER, gather, write_digests
from flows.keyring import NO_KEYS, Keyring, open_keyring
from flows.mailbox_settings import WatchSettings
from flows.night import CarryOut, Night, Report, at_once, run_night
from flows.places import data_folder, open_the_store, store_url
from flows.watch_command import reader_of
from pipeline.ledger import Ledger


def run_nightly(store: str | None, settings: WatchSettings, carry_out: CarryOut = at_once) -> Report:
    """Do everything outstanding. Raises ``StoreTrouble`` where the store cannot be opened, ``Misuse`` for the file of
    passwords."""
    with opened_night(store, settings) as night:
        return run_night(night, carry_out)


def run_digest(store: str | None, settings: WatchSettings, out: Path | None) -> Iterator[str]:
    """Write what waits for each colleague, and say for whom something does. Raises ``StoreTrouble``."""
    with opened_night(store, settings) as night:
        told = gather(night.store, night.ledger.clock(), settings.night.zone)
        folder = out or night.folder / "digests" / FOLDER
        write_digests(told, folder, alone=out is None)
    yield from (f"{each.who.name}: {len(each.errands)} thing(s) wait" for each in told)
    yield f"Written to {folder}; nothing was sent." if told else "Nothing waits for anybody."


@contextmanager
def opened_night(store: str | None, settings: WatchSettings) -> Iterator[Night]:
    """Store, ledger and workers as the settings have them."""
    opened = open_the_store(store)
    try:
        ledger = Ledger(opened.engine, opened.raw_folder)
        open_reader = partial(reader_of, settings, keyring_of(settings))
        yield Night(ledger, opened, settings, open_reader, data_folder(store_url(store)))
    finally:
        opened.close()


def keyring_of(settings: WatchSettings) -> Keyring:
    """The passwords the settings name."""
    return open_keyring(settings.password_file, None) if settings.password_file else NO_KEYS
