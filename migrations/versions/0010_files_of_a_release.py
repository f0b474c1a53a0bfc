"""Files of a release for downloads. Those of releases from before are made by `vetalode snapshot`."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "release_file",
        sa.Column("release", sa.Integer, sa.ForeignKey("release.id", name=op.f("release_file_release_fkey"))),
        sa.Column("collection", CODE),
        sa.Column("ending", CODE),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.Integer),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("schema_version", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("bytes > 0 AND rows >= 0", name=op.f("release_file_size_check")),
        sa.PrimaryKeyConstraint("release", "collection", "ending", name=op.f("release_file_pkey")),
    )


def downgrade() -> None:
    op.drop_table("release_file")
