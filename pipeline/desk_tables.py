"""The tables of the analysts' desk: people, sessions, claims, comments and views, and the queue as it is listed."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from pipeline.tables import METADATA

USERS = Table(
    "users",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("full_name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("password", Text, nullable=True),
    Column("issuer", String(300), nullable=True),
    Column("subject", String(300), nullable=True),
    Column("active", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("own_keys", Text, nullable=True),
    UniqueConstraint("issuer", "subject", name="one_user_per_identity"),
)
"""A person: with a password of the desk (its argon2 hash), or known by an identity provider's issuer and subject; with
neither, one who has not come by single sign-on yet. ``own_keys``: the keys they have chosen at the desk, as JSON."""

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=True),
)
"""A signed-in browser; only the hash of its token is kept."""

CLAIMS = Table(
    "claims",
    METADATA,
    Column("record_id", String(32), ForeignKey("requests.record_id"), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False, index=True),
    Column("claimed_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
"""Who works on a request, until when: a lease that a heartbeat renews."""

COMMENTS = Table(
    "comments",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("record_id", String(32), ForeignKey("requests.record_id"), nullable=False, index=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False),
    Column("words", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
"""What colleagues tell each other about a request; never part of a letter."""

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("name", String(80), nullable=False),
    Column("action", String(32), nullable=False),
    Column("record_id", String(32), nullable=True, index=True),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("address", String(64), nullable=False),
    Index("audit_by_action", "action", "at"),
)
"""Who did or saw what, appended."""

SAVED_VIEWS = Table(
    "saved_views",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("query", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
"""Filters of the queue under a name, for one person or for all."""

QUEUE = Table(
    "queue",
    METADATA,
    Column("record_id", String(32), ForeignKey("requests.record_id"), primary_key=True),
    Column("reference", String(16), nullable=False),
    Column("reading_id", Integer, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("country", String(2), nullable=True),
    Column("institution", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("area", String(32), nullable=False),
    Column("form_kind", String(16), nullable=False),
    Column("edition", Text, nullable=False),
    Column("channel", String(8), nullable=False),
    Column("codes", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("troubles", Integer, nullable=False),
    Column("confidence", Float, nullable=True),
    Column("assignee", Integer, ForeignKey("users.id"), nullable=True, index=True),
    Column("wake_at", DateTime(timezone=True), nullable=True),
    Column("outcome", String(32), nullable=False),
    Column("decided_by", String(80), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=True),
    Index("queue_by_stage", "stage", "received_at", "record_id"),
    Index("queue_by_reference", "reference"),
    Index("queue_by_choice", "language", "country", "edition"),
)
"""One row per request as the queue lists it: made from the newest reading and the decisions, and made anew from them
at any time; only ``assignee`` stands nowhere else."""

QUEUE_WORDS = Table(
    "queue_words",
    METADATA,
    Column("record_id", String(32), ForeignKey("requests.record_id"), primary_key=True),
    Column("words", Text, nullable=False),
)
"""The words of a request, each once, folded over accents and scripts, a blank before each."""
