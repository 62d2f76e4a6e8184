"""The tables behind the desk's figures, made from readings and decisions; and who is called in a comment."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
)

from pipeline.tables import METADATA

COURSES = Table(
    "courses",
    METADATA,
    Column("record_id", String(32), ForeignKey("requests.record_id"), primary_key=True),
    Column("language", String(8), nullable=False),
    Column("disposition", String(16), nullable=False),
    Column("week", String(10), nullable=False),
    Column("decided_week", String(10), nullable=True),
    Column("outcome", String(32), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("minutes", Float, nullable=True),
    Column("days", Float, nullable=True),
    Column("version", Integer, nullable=False),
    Index("courses_by_week", "week", "disposition"),
    Index("courses_by_completeness", "complete", "answers", "kept"),
    Index("courses_by_decision", "decided_week", "minutes", "days"),
)
"""The course of each request: the machine's disposition, the Monday of the week it came in and of the week it was
decided in; whether persons settled every answer on it, how many answers there are and how many stayed as read; the
minutes that persons worked on it and the days from arrival to decision (null until decided). ``version`` is the number
of the last decision that is counted in."""

VERDICTS = Table(
    "verdicts",
    METADATA,
    Column("decision_id", Integer, primary_key=True, autoincrement=False),
    Column("record_id", String(32), ForeignKey("requests.record_id"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("subject", String(48), nullable=False),
    Column("language", String(8), nullable=False),
    Column("agreed", Boolean, nullable=False),
    Column("said", Float, nullable=True),
    Column("tenth", Integer, nullable=True),
    Index("verdicts_by_subject", "kind", "subject", "language", "tenth", "said", "agreed"),
)
"""What a person's last word on an answer (``field``), a rule (``check``) or the theme (``theme``) says about the
machine's, as it read at that time: agreed or not, how likely it had said it was, and in which tenth that lies. It
outlives the words that are forgotten, for it holds none."""

RAISED = Table(
    "raised",
    METADATA,
    Column("record_id", String(32), ForeignKey("requests.record_id"), nullable=False),
    Column("place", String(64), nullable=False),
    Column("code", String(48), nullable=False),
    Column("came_to", String(8), nullable=False),
    PrimaryKeyConstraint("record_id", "place", "code"),
    Index("raised_by_code", "code", "came_to"),
)
"""Every point that was shown to a person and what came of it: ``open``, ``nothing`` had to be done, something was
``changed``, or it ``stood`` as the machine said."""

MENTIONS = Table(
    "mentions",
    METADATA,
    Column("comment_id", Integer, ForeignKey("comments.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False),
    PrimaryKeyConstraint("user_id", "comment_id"),
)
"""Who was spoken to with @name in a comment; gone with the comment."""
