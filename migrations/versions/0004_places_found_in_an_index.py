"""An index by place that holds all that a count of a box looks at."""

from collections.abc import Sequence

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "deposit_place_idx",
        "deposit",
        ["longitude", "latitude"],
        postgresql_include=["release", "release_level", "id"],
    )


def downgrade() -> None:
    op.drop_index("deposit_place_idx", "deposit")
