"""Deposits as tiles draw them, and the archives of tiles of a release. Releases from before are filled by `vetalode
migrate`."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CODE = sa.Text(collation="C")
CODES = (
    *("operation_type", "deposit_type", "deposit_form", "production_size", "deposit_size", "operation_size"),
    *("feature_kind", "occurrence_type", "mine_status"),
)
YEARS = ("discovered_year", "first_production_year", "last_production_year")


def upgrade() -> None:
    op.add_column("release", sa.Column("archive", CODE))
    op.add_column("release", sa.Column("boundaries", CODE))
    op.create_table(
        "tile_point",
        sa.Column("release", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("x", sa.Integer, nullable=False),
        sa.Column("y", sa.Integer, nullable=False),
        sa.Column("grid", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("release_level", sa.SmallInteger, nullable=False),
        sa.Column("source", CODE, nullable=False),
        sa.Column("status", CODE),
        sa.Column("country", CODE),
        sa.Column("state", CODE),
        sa.Column("commodities", ARRAY(CODE), nullable=False),
        sa.Column("critical_to", ARRAY(CODE), nullable=False),
        sa.Column("critical_lists", ARRAY(CODE), nullable=False),
        sa.Column("id", CODE, nullable=False),
        sa.Column("name", sa.Text),
        *(sa.Column(name, CODE) for name in CODES),
        *(sa.Column(name, sa.SmallInteger) for name in YEARS),
        sa.Column("retrieved", sa.Date, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("release", "ordinal", name=op.f("tile_point_pkey")),
        postgresql_partition_by="LIST (release)",
    )
    op.create_index("tile_point_grid_idx", "tile_point", ["grid"])
    op.create_index("tile_point_id_idx", "tile_point", ["id"])
    op.create_index("tile_point_commodities_idx", "tile_point", ["commodities"], postgresql_using="gin")
    op.create_table(
        "tile_kind",
        sa.Column("release", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("source", CODE, nullable=False),
        sa.Column("commodity", CODE),
        sa.Column("critical_to", ARRAY(CODE), nullable=False),
        sa.PrimaryKeyConstraint("release", "kind", name=op.f("tile_kind_pkey")),
        postgresql_partition_by="LIST (release)",
    )


def downgrade() -> None:
    op.drop_table("tile_kind")
    op.drop_table("tile_point")
    op.drop_column("release", "boundaries")
    op.drop_column("release", "archive")
