"""The key that signs the cursors of lists, one for all serving processes of a store."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # A UUID of version 4 has 122 random bits, drawn from the server's cryptographic source.
    key = sa.text("uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())")
    op.add_column("catalogue", sa.Column("cursor_key", sa.LargeBinary, nullable=False, server_default=key))
    op.alter_column("catalogue", "cursor_key", server_default=None)


def downgrade() -> None:
    op.drop_column("catalogue", "cursor_key")
