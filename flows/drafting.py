"""Notices of receipt, drafted once for every request that came by mail: for a person to send, never sent by us.

A draft is a file ``.eml`` in the folder ``drafts`` of the data folder, and waits for the mailbox's Drafts folder where
one is configured (``posting_drafts``).
"""

import os
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from flows.mailbox_settings import WatchSettings
from flows.message_reading import arrival_of
from flows.working_off import told_shortly
from pipeline.ledger import Ledger
from pipeline.ledger_drafts import DraftState, keep_draft
from pipeline.ledger_tables import DRAFTS, MESSAGES, PARTS
from pipeline.letter import acknowledgement
from pipeline.messages import Message
from pipeline.records import Record
from pipeline.store import Store
from pipeline.tables import REQUESTS

KIND = "acknowledgement"
_NAME = re.compile(r"(\w{4}-\w{4})-\w+\.eml")


@dataclass(frozen=True)
class Drafting:
    """Where notices of receipt are drafted; ``for_mailbox``: they shall also go into the mailbox's Drafts folder."""

    ledger: Ledger
    store: Store
    folder: Path
    for_mailbox: bool = False

    def after(self, message: Message) -> None:
        """Draft what a message that is done with calls for. Trouble is told and no more: the night catches up."""
        try:
            finished = self.ledger.message(message.id)
            if finished is not None and _answerable(finished):
                self._draft_all(finished, self._undrafted(_requests_of(self.ledger, finished)))
        except (OSError, SQLAlchemyError, ValueError) as fault:
            said = told_shortly(fault) if not isinstance(fault, ValueError) else type(fault).__name__
            print(f"message {message.id}: no notice of receipt was drafted: {said}", file=sys.stderr, flush=True)

    def catch_up(self) -> int:
        """Draft every notice that is missing; how many. What is not answered stays without one."""
        made = 0
        for message in self.ledger.messages(("processed", "quarantined")):
            if _answerable(message) and (missing := self._undrafted(_requests_of(self.ledger, message))):
                made += self._draft_all(message, missing)
        return made

    def _undrafted(self, record_ids: Sequence[str]) -> list[str]:
        """Those that are in the store, not forgotten, and have no notice yet."""
        known = select(REQUESTS.c.record_id).where(REQUESTS.c.forgotten_at.is_(None))
        drafted = select(DRAFTS.c.record_id).where(DRAFTS.c.kind == KIND)
        query = known.where(REQUESTS.c.record_id.in_(record_ids), REQUESTS.c.record_id.not_in(drafted))
        with self.ledger.engine.connect() as connection:
            there = set(connection.execute(query).scalars())
        return [record_id for record_id in record_ids if record_id in there]

    def _draft_all(self, message: Message, record_ids: Sequence[str]) -> int:
        return sum(self._draft(message, self.store.versions(record_id)[-1]) for record_id in record_ids)

    def _draft(self, message: Message, record: Record) -> bool:
        """The file first, then the row that says it was made: repeated after a crash, it is the same file again."""
        told = {"sender": message.sender, "message_id": message.message_id}
        letter = acknowledgement(record, arrival_of(message).model_copy(update=told))
        if letter is None or record.reference is None:
            return False
        data = letter.as_bytes()
        _write_for_us(self.folder / f"{record.reference}-{KIND}.eml", data)
        state: DraftState = "waiting" if self.for_mailbox else "kept"
        return keep_draft(self.ledger, record.record_id, KIND, data, message.id, state)


def drafting_of(settings: WatchSettings, ledger: Ledger, store: Store, data_folder: Path) -> Drafting:
    """As the settings have it."""
    wanted = any(mailbox.drafts for mailbox in settings.mailboxes)
    return Drafting(ledger, store, data_folder / "drafts", wanted)


def remove_forgotten_drafts(store: Store, folder: Path) -> int:
    """Remove the drafts of requests that were forgotten; how many."""
    there = {path: found.group(1) for path in folder.glob("*.eml") if (found := _NAME.fullmatch(path.name))}
    query = select(REQUESTS.c.reference).where(REQUESTS.c.forgotten_at.is_not(None))
    with store.engine.connect() as connection:
        forgotten = set(connection.execute(query).scalars()) if there else set()
    gone = [path for path, reference in there.items() if reference in forgotten]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _answerable(message: Message) -> bool:
    """A letter of a person, done with, and not forgotten."""
    done = message.state in ("processed", "quarantined") and message.raw_deleted_at is None
    return done and message.channel == "mail" and message.kind in (None, "letter")


def _requests_of(ledger: Ledger, message: Message) -> list[str]:
    """The requests a message brought; where nothing was found in it, the record that stands for the mail itself."""
    query = select(PARTS.c.record_id).join(MESSAGES, MESSAGES.c.id == PARTS.c.message).order_by(PARTS.c.position)
    with ledger.engine.connect() as connection:
        rows = connection.execute(query.where(MESSAGES.c.id == message.id)).scalars()
        found = [record_id for record_id in rows if record_id]
    return list(dict.fromkeys([*found, f"r-{message.sha256[:20]}"]))


def _write_for_us(path: Path, data: bytes) -> None:
    """A file only we may read, whole under its name or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
