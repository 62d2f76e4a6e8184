"""Runs the migrations on the connection that the store hands over."""

from alembic import context

import pipeline.desk_tables
import pipeline.figure_tables
import pipeline.institution_tables
import pipeline.ledger_tables  # noqa: F401  their tables join METADATA
from pipeline.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
