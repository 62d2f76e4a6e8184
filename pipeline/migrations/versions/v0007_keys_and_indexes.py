"""The keys that a person has chosen at the desk, and indexes by which its pages find requests."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """A place for the keys beside the person; a reference leads to its request, filters know their choices."""
    op.add_column("users", sa.Column("own_keys", sa.Text, nullable=True))
    op.create_index("queue_by_reference", "queue", ["reference"])
    op.create_index("queue_by_choice", "queue", ["language", "country", "edition"])


def downgrade() -> None:
    """Everybody has the usual keys again."""
    op.drop_index("queue_by_choice", "queue")
    op.drop_index("queue_by_reference", "queue")
    op.drop_column("users", "own_keys")
