"""What the desk's figures are drawn from: courses, verdicts, points raised; and who is spoken to in comments."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the four tables, and let the queue be made anew so that those of the figures fill."""
    for make in (_courses, _verdicts, _raised, _mentions):
        make()
    # The desk's next thorough look finds every request behind and counts it.
    op.execute("UPDATE queue SET reading_id = 0")


def downgrade() -> None:
    """They can be made again from what persons decided."""
    for name in ("mentions", "raised", "verdicts", "courses"):
        op.drop_table(name)


def _courses() -> None:
    op.create_table(
        "courses",
        sa.Column("record_id", sa.String(32), sa.ForeignKey("requests.record_id"), primary_key=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("disposition", sa.String(16), nullable=False),
        sa.Column("week", sa.String(10), nullable=False),
        sa.Column("decided_week", sa.String(10), nullable=True),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("kept", sa.Integer, nullable=False),
        sa.Column("minutes", sa.Float, nullable=True),
        sa.Column("days", sa.Float, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("courses_by_week", "courses", ["week", "disposition"])
    op.create_index("courses_by_completeness", "courses", ["complete", "answers", "kept"])
    op.create_index("courses_by_decision", "courses", ["decided_week", "minutes", "days"])


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("decision_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("record_id", sa.String(32), sa.ForeignKey("requests.record_id"), nullable=False, index=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("subject", sa.String(48), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("agreed", sa.Boolean, nullable=False),
        sa.Column("said", sa.Float, nullable=True),
        sa.Column("tenth", sa.Integer, nullable=True),
    )
    counted = ["kind", "subject", "language", "tenth", "said", "agreed"]
    op.create_index("verdicts_by_subject", "verdicts", counted)


def _raised() -> None:
    op.create_table(
        "raised",
        sa.Column("record_id", sa.String(32), sa.ForeignKey("requests.record_id"), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("code", sa.String(48), nullable=False),
        sa.Column("came_to", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "place", "code"),
    )
    op.create_index("raised_by_code", "raised", ["code", "came_to"])


def _mentions() -> None:
    op.create_table(
        "mentions",
        sa.Column("comment_id", sa.Integer, sa.ForeignKey("comments.id", ondelete="CASCADE"), nullable=False),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "comment_id"),
    )
