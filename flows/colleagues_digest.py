"""The digest for each colleague: what waits for them at the desk, written as files; the machine sends nothing.

Like the digest of the night it holds references, names of colleagues and times, and nothing that stands on a form or
in a comment: those words stay at the desk.
"""

import os
import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from pipeline.errands import Colleague, Errand, ErrandKind, colleagues, errands
from pipeline.store import Store
from pipeline.values import Value

FOLDER = "colleagues"
"""Below the folder of the digests."""
MOST = 30
"""Lines of a kind; the desk has the rest."""
_TITLES: dict[ErrandKind, str] = {
    "mention": "You are called in a comment",
    "reply": "Somebody wrote after you",
    "claimed": "You are working on",
    "assigned": "Assigned to you",
}
_LINES: dict[ErrandKind, str] = {
    "mention": "{reference}  {by}, {at}",
    "reply": "{reference}  {by}, {at}",
    "claimed": "{reference}  claimed until {at}",
    "assigned": "{reference}  came in {at}",
}


class ColleagueDigest(Value):
    """What waits for one colleague at a moment."""

    who: Colleague
    at: datetime
    errands: tuple[Errand, ...]

    @property
    def subject(self) -> str:
        """In a line."""
        number = len(self.errands)
        return f"SOCIEUX+ desk, {self.at:%Y-%m-%d}: {number} {'thing waits' if number == 1 else 'things wait'} for you"

    def text(self) -> str:
        """As plain text."""
        return "\n".join(_lines(self)) + "\n"

    def draft(self) -> bytes:
        """As a mail that somebody may open and send. It has an address only where the user's name is one."""
        message = EmailMessage(policy=SMTP)
        message["Subject"] = self.subject
        if re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", self.who.name, re.ASCII):
            message["To"] = self.who.name
        message["X-Unsent"] = "1"
        message.set_content(self.text())
        return message.as_bytes()


def gather(store: Store, now: datetime, zone: tzinfo | None = None) -> tuple[ColleagueDigest, ...]:
    """A digest for everybody for whom something waits; times in the zone of the office."""
    with store.engine.connect() as connection:
        told = [(who, errands(connection, who, now)) for who in colleagues(connection)]
    at = now.astimezone(zone)
    return tuple(ColleagueDigest(who=who, at=at, errands=waiting) for who, waiting in told if waiting)


def write_digests(digests: tuple[ColleagueDigest, ...], folder: Path, alone: bool = True) -> tuple[Path, ...]:
    """Write each as text and as a draft. In a folder that is ours ``alone`` what was written before goes, so that
    nothing old is taken for new."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for digest in digests:
        name = _file_name(digest.who)
        written += [
            _written(folder / f"{name}.txt", digest.text().encode("utf-8")),
            _written(folder / f"{name}.eml", digest.draft()),
        ]
    for old in {*folder.glob("*.txt"), *folder.glob("*.eml")} - set(written) if alone else ():
        old.unlink(missing_ok=True)
    return tuple(written)


def _file_name(who: Colleague) -> str:
    """A name may hold anything but blanks; a file's name must not."""
    plain = re.sub(r"[^a-z0-9@_-]+", "-", who.name).strip("-")
    return f"{plain or 'user'}-{who.id}"


def _written(path: Path, data: bytes) -> Path:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    return unfinished.replace(path)


def _lines(digest: ColleagueDigest) -> Iterator[str]:
    yield f"For {digest.who.full_name}, {digest.at:%d %B %Y, %H:%M}"
    for kind, title in _TITLES.items():
        found = [each for each in digest.errands if each.kind == kind]
        if found:
            yield from ("", f"{title} ({len(found)}):")
            yield from (f"- {_line(each, digest)}" for each in found[:MOST])
        if len(found) > MOST:
            yield f"- and {len(found) - MOST} more"
    yield from ("", "Sign in at the desk and go to “For you”: what was said stands there only.")


def _line(each: Errand, digest: ColleagueDigest) -> str:
    at = each.at.astimezone(digest.at.tzinfo)
    return _LINES[each.kind].format(reference=each.reference, by=each.by, at=f"{at:%d %b, %H:%M}")
