"""A release names the runs that had finished when it was built: runs end in another order than they begin."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    runs: sa.Column[list[int]] = sa.Column("runs", ARRAY(sa.Integer), nullable=False, server_default=sa.text("'{}'"))
    op.add_column("release", runs)
    # Whether a release holds a run that ended after its last one, nobody knows; the next publish will.
    op.execute("""
        UPDATE release SET runs = ARRAY(
            SELECT run.id FROM ingest_run run JOIN ingest_run last ON last.id = release.last_run
            WHERE run.state = 'done' AND run.id <= last.id AND run.finished_at <= last.finished_at ORDER BY run.id)
    """)
    op.drop_column("release", "last_run")


def downgrade() -> None:
    op.add_column("release", sa.Column("last_run", sa.Integer))
    op.create_foreign_key(op.f("release_last_run_fkey"), "release", "ingest_run", ["last_run"], ["id"])
    op.execute("""
        UPDATE release SET last_run = (
            SELECT max(id) FROM ingest_run
            WHERE id = ANY (release.runs) AND (rows_published > 0 OR rows_ended > 0 OR rows_reread > 0))
    """)
    op.drop_column("release", "runs")
