"""A reject says its layer and its id, so that it stands until they are spoken of again, and no longer."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.add_column("reject", sa.Column("layer", CODE))
    op.add_column("reject", sa.Column("source_id", CODE))
    # Of runs with more layers than one, and of the ids, nobody knows without the sources' code.
    op.execute("""
        UPDATE reject SET layer = run.layers[1] FROM ingest_run run
        WHERE run.id = reject.run AND reject.stage = 'harmonise' AND cardinality(run.layers) = 1
    """)


def downgrade() -> None:
    op.drop_column("reject", "source_id")
    op.drop_column("reject", "layer")
