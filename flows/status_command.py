"""``socieux status``: from outside, when the last good passes were, and whether that is too long ago."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from flows import scanning
from flows.mailbox_settings import WatchSettings
from flows.night import NAME
from flows.places import open_the_store, store_url
from flows.watched_folder import FolderWatcher
from flows.watching import Watcher
from pipeline.ledger import Ledger
from pipeline.ledger_balance import balance
from pipeline.ledger_signs import Heartbeat, heartbeats, notices


@dataclass(frozen=True)
class Sign:
    """A watcher or the nightly run: what it last said, and what is wrong with it (empty: nothing)."""

    name: str
    said: str
    wrong: str

    def line(self) -> str:
        """For people."""
        return f"{'LATE' if self.wrong else 'ok  '}  {self.name}: {self.wrong or self.said}"


def show_status(store: str | None, settings: WatchSettings, out: TextIO) -> bool:
    """Write the balance and every sign of life; false if one is too old, or if the balance is not exact.

    With mailboxes or folders in the settings these are looked for, else whatever ever gave a sign. Raises
    ``StoreTrouble``; makes no store where there is none."""
    url = store_url(store)
    if "://" not in url and not Path(url).exists():
        print(f"LATE  there is no store {url}: nothing has ever run here", file=out)
        return False
    opened = open_the_store(store)
    try:
        return _show(Ledger(opened.engine, opened.raw_folder), settings, out)
    finally:
        opened.close()


def _show(ledger: Ledger, settings: WatchSettings, out: TextIO) -> bool:
    told = balance(ledger)
    signs = tuple(signs_of_life(ledger, settings, told.at))
    known = [each for each in (*(notice.said for notice in notices(ledger)), scanning.standing()) if each]
    for line in (*told.lines(), *(sign.line() for sign in signs), *(f"note  {said}" for said in known)):
        print(line, file=out)
    return told.exact and not any(sign.wrong for sign in signs)


def signs_of_life(ledger: Ledger, settings: WatchSettings, now: datetime) -> Iterator[Sign]:
    """Every watcher, then the nightly run."""
    beats = {each.name: each for each in heartbeats(ledger)}
    night = settings.night
    expected = _watchers(ledger, settings) or [name for name in beats if name.startswith("watch ")]
    for name in expected:
        yield _sign(name, beats.get(name), now, timedelta(minutes=night.silent_after))
    yield _sign(NAME, beats.get(NAME), now, timedelta(hours=night.late_after))


def _watchers(ledger: Ledger, settings: WatchSettings) -> list[str]:
    """The names under which the watchers of the settings give their signs; asked for without signing in anywhere."""
    import threading

    from flows.sign_in import ByPassword

    stop = threading.Event()
    mailboxes = [Watcher(ledger, each, ByPassword(each.user, ""), stop).name for each in settings.mailboxes]
    return mailboxes + [FolderWatcher(ledger, each, stop).name for each in settings.folders]


def _sign(name: str, beat: Heartbeat | None, now: datetime, limit: timedelta) -> Sign:
    if beat is None or beat.good_at is None:
        return Sign(name, "", "there was never a good pass" + (f"; it says: {beat.said}" if beat else ""))
    said = f"last good pass {beat.good_at:%Y-%m-%d %H:%M} UTC; {beat.said}"
    # A time in the future was written before a clock was set back: it proves nothing.
    late = not timedelta(minutes=-5) <= now - beat.good_at <= limit
    return Sign(name, said, f"too long ago: {said}" if late else "")
