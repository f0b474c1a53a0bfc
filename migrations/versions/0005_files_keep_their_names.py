"""The same bytes under another name, of another day or otherwise made up are another file received: what an older run
was given stays as it was."""

from collections.abc import Sequence

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ONCE = "source_file_source_sha256_key"
ONCE_AS_RECEIVED = "source_file_source_sha256_name_retrieved_synthetic_key"

# Files with the bytes of an earlier one, and that one.
TWINS = """
    SELECT id, first FROM (SELECT id, min(id) OVER (PARTITION BY source, sha256) AS first FROM source_file) files
    WHERE id <> first
"""


def upgrade() -> None:
    columns = ["source", "sha256", "name", "retrieved", "synthetic"]
    op.create_unique_constraint(op.f(ONCE_AS_RECEIVED), "source_file", columns)
    op.drop_constraint(op.f(ONCE), "source_file")


def downgrade() -> None:
    for table in ("record", "reject", "ingest_run_file"):
        op.execute(f"UPDATE {table} SET file = twins.first FROM ({TWINS}) twins WHERE {table}.file = twins.id")
    op.execute(f"DELETE FROM source_file USING ({TWINS}) twins WHERE source_file.id = twins.id")
    op.create_unique_constraint(op.f(ONCE), "source_file", ["source", "sha256"])
    op.drop_constraint(op.f(ONCE_AS_RECEIVED), "source_file")
