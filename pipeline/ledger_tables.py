"""The tables of the ledger: what came in, where it was seen, and what became of every file in it. All times are UTC.

A change here is a new file in ``migrations/versions``; a test compares the two."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from pipeline.tables import METADATA

MESSAGES = Table(
    "messages",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("channel", String(8), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("filename", Text, nullable=False),
    Column("sender", Text, nullable=True),
    Column("message_id", Text, nullable=True),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("received_by", String(16), nullable=False),
    Column("reference", String(16), nullable=True, unique=True),
    Column("kind", String(16), nullable=True),
    Column("state", String(16), nullable=False),
    Column("outcome", String(16), nullable=True),
    Column("reason", Text, nullable=False),
    Column("files", Integer, nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("deaths", Integer, nullable=False),
    Column("faults", Integer, nullable=False),
    Column("retry_at", DateTime(timezone=True), nullable=False),
    Column("lease_owner", String(200), nullable=True),
    Column("lease_until", DateTime(timezone=True), nullable=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("raw_deleted_at", DateTime(timezone=True), nullable=True),
    Index("messages_by_state", "state", "retry_at"),
    Index("messages_by_message_id", "message_id"),
)
"""One row per message: a mail, a file from the watched folder, an upload. Its identity is the hash of its bytes.

``channel``: mail, folder, api. ``received_at`` is the time of arrival and ``received_by`` says whose clock it is:
``internaldate``, ``own_clock``, ``file_time``, ``upload``. ``message_id`` is a clue to a thread, no identity.
``reference`` is what an uploader was told. ``kind`` is that of an opened mail: letter, auto_reply, bounce, list, own.
``state``: fetched, opened, processed, quarantined, ignored, failed. ``outcome`` of a processed one: ready, flagged,
quarantined.
``files``: how many were found in it, null before it was opened. ``attempts`` counts claims, before any parsing;
``deaths`` the readers that died of it; ``faults`` the failures of our own side, since the last good step."""

SIGHTINGS = Table(
    "sightings",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("message", Integer, ForeignKey("messages.id"), nullable=False, index=True),
    Column("account", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("gone_at", DateTime(timezone=True), nullable=True),
    Column("touched_at", DateTime(timezone=True), nullable=True),
    UniqueConstraint("account", "folder", "uidvalidity", "uid", name="one_row_per_sighting"),
)
"""Every place where a message lay: ``gone_at`` when it was missed there, ``touched_at`` when we moved or flagged it."""

PARTS = Table(
    "parts",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("message", Integer, ForeignKey("messages.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("container", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("fate", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("record_id", String(32), nullable=True, index=True),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("message", "position", name="one_row_per_part"),
    Index("parts_by_sha256", "sha256"),
)
"""Every file in a message, in the order it stands; ``container`` is a JSON list of the names it lay in.

``role``: ``form``, ``supporting``, or ``none``. ``fate``: waiting, ready, flagged, quarantined, ignored; that of a
supporting document is the fate of the request it belongs to (``record_id``)."""

PARKED = Table(
    "parked",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=True),
    Column("received_at", DateTime(timezone=True), nullable=True),
    Column("code", String(32), nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", DateTime(timezone=True), nullable=True),
    Column("released", Boolean, nullable=False),
    Column("message", Integer, ForeignKey("messages.id"), nullable=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("account", "folder", "uidvalidity", "uid", name="one_row_per_parked"),
)
"""Mail that was seen and not fetched: ``code`` too_large, no_room, unfetchable where the server does not give it out,
cut_off where the line broke at it, or gone where it was taken away before it could be fetched.

It waits for a person, or for ``retry_at`` where that is set; ``released`` is a person's word to fetch it whatever its
size; ``message`` is the row it became, or null."""

FOLDERS = Table(
    "folders",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("highest_uid", BigInteger, nullable=False),
    Column("reconciled_at", DateTime(timezone=True), nullable=False),
)
"""How far a mailbox folder was compared with the ledger, whole, and when."""

LEASES = Table(
    "leases",
    METADATA,
    Column("name", String(200), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
)
"""Work that one process does at a time: it lapses by itself. Thrift only; the truth is in the unique keys."""

HEARTBEATS = Table(
    "heartbeats",
    METADATA,
    Column("name", String(200), primary_key=True),
    Column("beat_at", DateTime(timezone=True), nullable=False),
    Column("good_at", DateTime(timezone=True), nullable=True),
    Column("said", Text, nullable=False),
)
"""A sign of life per watcher or run: ``beat_at`` it lives, ``good_at`` its last whole pass, ``said`` in a sentence."""

NOTICES = Table(
    "notices",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("code", String(32), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("said", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("code", "subject", name="one_notice_per_subject"),
)
"""What a person should know once: a mailbox rebuilt, a sign-in refused, the disk nearly full."""

DRAFTS = Table(
    "drafts",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("record_id", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("message", Integer, ForeignKey("messages.id"), nullable=True),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("appended_at", DateTime(timezone=True), nullable=True),
    UniqueConstraint("record_id", "kind", name="one_draft_per_record_and_kind"),
)
"""Letters drafted for a person to send, kept as raw ``.eml`` by hash; ``state``: waiting, appended (it lies in the
mailbox's Drafts folder), kept (no Drafts folder is configured). The machine sends nothing."""

BALANCES = Table(
    "balances",
    METADATA,
    Column("day", String(10), primary_key=True),
    Column("balance", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
"""The balance as it stood at the end of each nightly run, as JSON."""
