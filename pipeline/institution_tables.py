"""The tables of institutions and of requests that look alike: what is known, what is proposed, what persons judged."""

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

INSTITUTIONS = Table(
    "institutions",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("identity", String(64), nullable=False, unique=True),
    Column("told", Text, nullable=False),
    Column("country", String(2), nullable=True),
    Column("group_id", Integer, nullable=False, index=True),
    Column("edition", Integer, nullable=False),
)
"""An institution under one spelling of its name in one country (``told`` is an ``Institution`` as JSON). Those that
persons judged to be the same have one ``group_id``, the lowest id among them. ``edition`` is that of the matching its
keys were made with. Made from the requests and the judgements, and made anew from them at any time."""

INSTITUTION_KEYS = Table(
    "institution_keys",
    METADATA,
    Column("key", String(60), primary_key=True),
    Column("institution_id", Integer, ForeignKey("institutions.id"), primary_key=True, index=True),
)
"""Under which keys an institution is found by its likes."""

INSTITUTION_REQUESTS = Table(
    "institution_requests",
    METADATA,
    Column("record_id", String(32), ForeignKey("requests.record_id"), primary_key=True),
    Column("institution_id", Integer, ForeignKey("institutions.id"), nullable=False, index=True),
    Column("told", Text, nullable=False),
)
"""Which institution a request comes from, and what the request tells about it."""

INSTITUTION_PAIRS = Table(
    "institution_pairs",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("first_id", Integer, ForeignKey("institutions.id"), nullable=False),
    Column("second_id", Integer, ForeignKey("institutions.id"), nullable=False, index=True),
    Column("score", Float, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("state", String(16), nullable=False),
    UniqueConstraint("first_id", "second_id", name="one_row_per_pair"),
    Index("institution_pairs_by_state", "state", "score"),
)
"""Two institutions that may be one, the lower id first: ``open``, ``undecided``, ``judged``, or ``implied`` by what was
judged about others."""

INSTITUTION_JUDGEMENTS = Table(
    "institution_judgements",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("first_id", Integer, ForeignKey("institutions.id"), nullable=False),
    Column("second_id", Integer, ForeignKey("institutions.id"), nullable=False, index=True),
    Column("judgement", String(16), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Index("institution_judgements_of_pair", "first_id", "second_id"),
)
"""What persons judged about a pair, appended; the last row of a pair holds, ``revoked`` takes the one before back."""

REQUEST_PRINTS = Table(
    "request_prints",
    METADATA,
    Column("record_id", String(32), ForeignKey("requests.record_id"), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("print", Text, nullable=False),
    Column("looked", Boolean, nullable=False, index=True),
)
"""What the texts of a request are compared by: figures, no words. ``looked`` once its likes were looked for."""

REQUEST_KEYS = Table(
    "request_keys",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(24), nullable=False),
    Column("record_id", String(32), ForeignKey("requests.record_id"), nullable=False, index=True),
    Index("request_keys_by_key", "key", "id"),
)
"""Under which keys a request is found by its likes."""

TWINS = Table(
    "twins",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("first", String(32), ForeignKey("requests.record_id"), nullable=False),
    Column("second", String(32), ForeignKey("requests.record_id"), nullable=False, index=True),
    Column("score", Float, nullable=False),
    Column("reasons", Text, nullable=False),
    UniqueConstraint("first", "second", name="one_row_per_twins"),
)
"""Two requests whose answers are alike, the lower record id first."""

TWIN_JUDGEMENTS = Table(
    "twin_judgements",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("first", String(32), ForeignKey("requests.record_id"), nullable=False),
    Column("second", String(32), ForeignKey("requests.record_id"), nullable=False, index=True),
    Column("verdict", String(16), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Index("twin_judgements_of_pair", "first", "second"),
)
"""What persons judged about two requests, appended; the last row of a pair holds, ``revoked`` takes the one before
back."""
