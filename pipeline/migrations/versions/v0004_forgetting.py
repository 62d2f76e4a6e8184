"""A request that was forgotten: its row stays so that the ledger adds up, what it said about persons does not."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Note when a request was forgotten."""
    op.add_column("requests", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
