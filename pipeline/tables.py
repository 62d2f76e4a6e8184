"""The tables of the store. A change here is a new file in ``migrations/versions``; a test compares the two."""

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

REQUESTS = Table(
    "requests",
    METADATA,
    Column("record_id", String(32), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("reference", String(16), nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("forgotten_at", DateTime(timezone=True), nullable=True),
)
"""One row per request: its bytes' hash and the reference its sender is told; ``forgotten_at`` if what it said about
persons was removed (see ``forgetting``)."""

RECORDS = Table(
    "records",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("record_id", String(32), ForeignKey("requests.record_id"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("made_with", JSON, nullable=False),
    Column("record", Text, nullable=False),
    Column("disposition", String(16), nullable=False),
    Column("institution", Text, nullable=False),
    Column("country", String(2), nullable=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("record_id", "digest", name="one_row_per_reading"),
    Index("records_by_institution", "institution", "country"),
)
"""Every reading of a request that differs from the earlier ones; rows are added, never changed."""

ARRIVALS = Table(
    "arrivals",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("record_id", String(32), ForeignKey("requests.record_id"), nullable=False, index=True),
    Column("arrival", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
"""Every time the bytes came in."""

DECISIONS = Table(
    "decisions",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("record_id", String(32), ForeignKey("requests.record_id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("decision", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
"""What persons decided, appended; a decision of kind ``outcome`` closes a request."""
