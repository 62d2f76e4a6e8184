"""The first tables: requests, records, arrivals, decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "requests",
        sa.Column("record_id", sa.String(32), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "records",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _request(indexed=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_with", sa.JSON, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("disposition", sa.String(16), nullable=False),
        sa.Column("institution", sa.Text, nullable=False),
        sa.Column("country", sa.String(2), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("record_id", "digest", name="one_row_per_reading"),
    )
    op.create_index("records_by_institution", "records", ["institution", "country"])
    op.create_table(
        "arrivals",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _request(indexed=True),
        sa.Column("arrival", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _request(indexed=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Records are never thrown away by software."""
    raise NotImplementedError("The first tables hold the records; drop the database by hand if you mean it.")


def _request(indexed: bool) -> sa.Column[str]:
    return sa.Column("record_id", sa.String(32), sa.ForeignKey("requests.record_id"), nullable=False, index=indexed)
