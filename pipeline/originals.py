"""The nightly look at the original files: is each still what was kept, and is each that a record needs still there?"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from sqlalchemy import select

from pipeline.ledger_tables import DRAFTS, MESSAGES, PARTS
from pipeline.raw import is_kept, is_remote, kept_hashes, raw_path, read_raw
from pipeline.store import Store
from pipeline.tables import REQUESTS
from pipeline.values import Value

_PIECE = 1 << 20


class Fault(Value):
    """An original that is not as it should be, and whose it is: references of requests, or messages by number."""

    sha256: str
    state: Literal["changed", "missing", "unreadable"]
    owners: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """For a person, or an alert."""
        whose = f" It belongs to {', '.join(self.owners)}." if self.owners else ""
        return f"The original {self.sha256} is {self.state}.{whose} Restore it from a backup."


def check_originals(store: Store) -> Iterator[Fault]:
    """Read every kept file and compare it with its hash (S6); what should be there and is not is named as well."""
    owners = _owners(store)
    seen: set[str] = set()
    for digest in kept_hashes(store.raw_folder):
        seen.add(digest)
        state = _state(store.raw_folder, digest)
        if state is not None:
            yield Fault(sha256=digest, state=state, owners=tuple(owners.get(digest, ())))
    for digest, whose in owners.items():
        if digest not in seen and not is_kept(store.raw_folder, digest):
            yield Fault(sha256=digest, state="missing", owners=tuple(whose))


def hash_of(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _state(folder: Path, digest: str) -> Literal["changed", "unreadable"] | None:
    try:
        if is_remote(folder):
            read_raw(folder, digest)
            return None
        return None if hash_of(raw_path(folder, digest)) == digest else "changed"
    except ValueError:
        return "changed"
    except OSError:
        return "unreadable"


def _owners(store: Store) -> dict[str, list[str]]:
    """Whose each file is, of all that must be there."""
    found: dict[str, list[str]] = {}
    kept = select(REQUESTS.c.sha256, REQUESTS.c.reference).where(REQUESTS.c.forgotten_at.is_(None))
    messages = select(MESSAGES.c.sha256, MESSAGES.c.id).where(MESSAGES.c.raw_deleted_at.is_(None))
    drafts = select(DRAFTS.c.sha256, DRAFTS.c.id).where(
        DRAFTS.c.record_id.in_(select(REQUESTS.c.record_id).where(REQUESTS.c.forgotten_at.is_(None)))
    )
    with store.engine.connect() as connection:
        for digest, reference in connection.execute(kept):
            found.setdefault(digest, []).append(f"request {reference}")
        for digest, number in connection.execute(messages):
            found.setdefault(digest, []).append(f"message {number}")
        for digest, number in connection.execute(drafts):
            found.setdefault(digest, []).append(f"letter {number}")
        of_parts = select(PARTS.c.sha256, MESSAGES.c.id).join(MESSAGES, MESSAGES.c.id == PARTS.c.message)
        waiting_parts = of_parts.where(PARTS.c.fate.in_(("ready", "flagged")), MESSAGES.c.raw_deleted_at.is_(None))
        for digest, number in connection.execute(waiting_parts):
            found.setdefault(digest, []).append(f"a file of message {number}")
    return found
