"""Institutions under their spellings, requests that look alike, and what persons judged about both."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the nine tables of institutions and twins, and let the queue be made anew so that they fill."""
    for make in (_institutions, _institution_pairs, _institution_judgements, _prints, _twins, _twin_judgements):
        make()
    # The desk's next look finds every request behind and enters it here too.
    op.execute("UPDATE queue SET reading_id = 0")


def downgrade() -> None:
    """What persons judged is never forgotten by software."""
    raise NotImplementedError("These tables hold persons' judgements; drop the database by hand if you mean it.")


def _institutions() -> None:
    op.create_table(
        "institutions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("identity", sa.String(64), nullable=False, unique=True),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("country", sa.String(2), nullable=True),
        sa.Column("group_id", sa.Integer, nullable=False, index=True),
        sa.Column("edition", sa.Integer, nullable=False),
    )
    op.create_table(
        "institution_keys",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("institution_id", sa.Integer, sa.ForeignKey("institutions.id"), primary_key=True, index=True),
    )
    op.create_table(
        "institution_requests",
        sa.Column("record_id", sa.String(32), sa.ForeignKey("requests.record_id"), primary_key=True),
        sa.Column("institution_id", sa.Integer, sa.ForeignKey("institutions.id"), nullable=False, index=True),
        sa.Column("told", sa.Text, nullable=False),
    )


def _institution_pairs() -> None:
    op.create_table(
        "institution_pairs",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("first_id", sa.Integer, sa.ForeignKey("institutions.id"), nullable=False),
        sa.Column("second_id", sa.Integer, sa.ForeignKey("institutions.id"), nullable=False, index=True),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.UniqueConstraint("first_id", "second_id", name="one_row_per_pair"),
    )
    op.create_index("institution_pairs_by_state", "institution_pairs", ["state", "score"])


def _institution_judgements() -> None:
    op.create_table(
        "institution_judgements",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("first_id", sa.Integer, sa.ForeignKey("institutions.id"), nullable=False),
        sa.Column("second_id", sa.Integer, sa.ForeignKey("institutions.id"), nullable=False, index=True),
        sa.Column("judgement", sa.String(16), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("institution_judgements_of_pair", "institution_judgements", ["first_id", "second_id"])


def _prints() -> None:
    op.create_table(
        "request_prints",
        sa.Column("record_id", sa.String(32), sa.ForeignKey("requests.record_id"), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("print", sa.Text, nullable=False),
        sa.Column("looked", sa.Boolean, nullable=False, index=True),
    )
    op.create_table(
        "request_keys",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("record_id", sa.String(32), sa.ForeignKey("requests.record_id"), nullable=False, index=True),
    )
    op.create_index("request_keys_by_key", "request_keys", ["key", "id"])


def _twins() -> None:
    op.create_table(
        "twins",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("first", sa.String(32), sa.ForeignKey("requests.record_id"), nullable=False),
        sa.Column("second", sa.String(32), sa.ForeignKey("requests.record_id"), nullable=False, index=True),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.UniqueConstraint("first", "second", name="one_row_per_twins"),
    )


def _twin_judgements() -> None:
    op.create_table(
        "twin_judgements",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("first", sa.String(32), sa.ForeignKey("requests.record_id"), nullable=False),
        sa.Column("second", sa.String(32), sa.ForeignKey("requests.record_id"), nullable=False, index=True),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("twin_judgements_of_pair", "twin_judgements", ["first", "second"])
