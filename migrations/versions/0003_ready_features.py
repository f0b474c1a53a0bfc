"""Each deposit of a release as GeoJSON text. Releases from before are filled by `vetalode migrate`."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "deposit_feature",
        sa.Column("release", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("id", CODE, nullable=False),
        sa.Column("release_level", sa.SmallInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("release", "id", name=op.f("deposit_feature_pkey")),
        postgresql_partition_by="LIST (release)",
    )


def downgrade() -> None:
    op.drop_table("deposit_feature")
