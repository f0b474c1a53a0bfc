"""Rasters that agencies bring: what is known of each; the files are in a folder."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "raster",
        sa.Column("id", CODE, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("title_es", sa.Text, nullable=False),
        sa.Column("licence", sa.Text, nullable=False),
        sa.Column("citation", sa.Text, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("source_name", sa.Text, nullable=False),
        sa.Column("source_sha256", CODE, nullable=False),
        sa.Column("crs", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("bounds", ARRAY(sa.Float(53)), nullable=False),
        sa.Column("min_zoom", sa.SmallInteger, nullable=False),
        sa.Column("max_zoom", sa.SmallInteger, nullable=False),
        sa.Column("bands", JSONB, nullable=False),
        sa.Column("low", sa.Float(53)),
        sa.Column("high", sa.Float(53)),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("kind IN ('values', 'picture')", name=op.f("raster_kind_check")),
        sa.CheckConstraint(
            "(kind = 'values') = (low IS NOT NULL AND high IS NOT NULL)", name=op.f("raster_ramp_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("raster_pkey")),
    )


def downgrade() -> None:
    op.drop_table("raster")
