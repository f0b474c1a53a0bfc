"""The first store: files, runs, records, rejects, vocabularies, releases and their deposits."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.create_table(
        "commodity",
        sa.Column("code", CODE, nullable=False),
        sa.Column("label_en", sa.Text, nullable=False),
        sa.Column("label_es", sa.Text, nullable=False),
        sa.Column("uri", sa.Text),
        sa.Column("uri_match", sa.Text),
        sa.Column("symbols", sa.Text),
        sa.Column("group", sa.Text),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("code", name=op.f("commodity_pkey")),
    )
    op.create_table(
        "country",
        sa.Column("code", CODE, nullable=False),
        sa.Column("label_en", sa.Text, nullable=False),
        sa.Column("label_es", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("country_pkey")),
    )
    op.create_table(
        "source",
        sa.Column("id", CODE, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("title_es", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("licence", sa.Text, nullable=False),
        sa.Column("licence_url", sa.Text),
        sa.Column("citation", sa.Text, nullable=False),
        sa.Column("homepage", sa.Text, nullable=False),
        sa.Column("accuracy_m", sa.Float, nullable=False),
        sa.Column("release_level", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("source_pkey")),
    )
    op.create_table(
        "status",
        sa.Column("code", CODE, nullable=False),
        sa.Column("label_en", sa.Text, nullable=False),
        sa.Column("label_es", sa.Text, nullable=False),
        sa.Column("uri", sa.Text),
        sa.Column("mine_status_uri", sa.Text),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("code", name=op.f("status_pkey")),
    )
    op.create_table(
        "deposit",
        sa.Column("release", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("id", CODE, nullable=False),
        sa.Column("record", sa.BigInteger, nullable=False),
        sa.Column("source", CODE, nullable=False),
        sa.Column("source_id", CODE, nullable=False),
        sa.Column("layer", CODE, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("source_name", sa.Text),
        sa.Column("other_names", sa.Text),
        sa.Column("country", CODE),
        sa.Column("source_country", sa.Text),
        sa.Column("source_state", sa.Text),
        sa.Column("source_county", sa.Text),
        sa.Column("source_commodities", sa.Text),
        sa.Column("status", CODE),
        sa.Column("source_status", sa.Text),
        sa.Column("geom", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column("position_accuracy_m", sa.Float, nullable=False),
        sa.Column("source_crs", sa.Text, nullable=False),
        sa.Column("transform", sa.Text, nullable=False),
        sa.Column("source_url", sa.Text),
        sa.Column("geom_3857", Geometry("POINT", srid=3857, spatial_index=False), nullable=False),
        sa.Column("commodities", sa.ARRAY(CODE), nullable=False),
        sa.Column("primary_commodities", sa.ARRAY(CODE), nullable=False),
        sa.Column("secondary_commodities", sa.ARRAY(CODE), nullable=False),
        sa.Column("tertiary_commodities", sa.ARRAY(CODE), nullable=False),
        sa.Column("source_file", sa.Text, nullable=False),
        sa.Column("source_row", sa.Integer, nullable=False),
        sa.Column("retrieved", sa.Date, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("release_level", sa.SmallInteger, nullable=False),
        sa.ForeignKeyConstraint(["country"], ["country.code"], name=op.f("deposit_country_fkey")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("deposit_source_fkey")),
        sa.ForeignKeyConstraint(["status"], ["status.code"], name=op.f("deposit_status_fkey")),
        sa.PrimaryKeyConstraint("release", "id", name=op.f("deposit_pkey")),
        postgresql_partition_by="LIST (release)",
    )
    op.create_index("deposit_commodities_idx", "deposit", ["commodities"], unique=False, postgresql_using="gin")
    op.create_index("deposit_geom_3857_idx", "deposit", ["geom_3857"], unique=False, postgresql_using="gist")
    op.create_index("deposit_geom_idx", "deposit", ["geom"], unique=False, postgresql_using="gist")
    op.create_table(
        "deposit_commodity",
        sa.Column("release", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("deposit", CODE, nullable=False),
        sa.Column("ordinal", sa.SmallInteger, nullable=False),
        sa.Column("commodity", CODE, nullable=False),
        sa.Column("rank", sa.SmallInteger),
        sa.Column("source_words", sa.Text, nullable=False),
        sa.CheckConstraint("rank BETWEEN 1 AND 3", name=op.f("deposit_commodity_rank_check")),
        sa.ForeignKeyConstraint(["commodity"], ["commodity.code"], name=op.f("deposit_commodity_commodity_fkey")),
        sa.PrimaryKeyConstraint("release", "deposit", "ordinal", name=op.f("deposit_commodity_pkey")),
        postgresql_partition_by="LIST (release)",
    )
    op.create_table(
        "ingest_run",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("source", CODE, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("partial", sa.Boolean, nullable=False),
        sa.Column("layers", sa.ARRAY(CODE), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("crosswalk_digest", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("rows_in", sa.Integer),
        sa.Column("rows_published", sa.Integer),
        sa.Column("rows_rejected", sa.Integer),
        sa.Column("rows_unchanged", sa.Integer),
        sa.Column("rows_ended", sa.Integer),
        sa.Column("rows_reread", sa.Integer),
        sa.Column("message_en", sa.Text),
        sa.Column("message_es", sa.Text),
        sa.CheckConstraint(
            "state <> 'done' OR (rows_in IS NOT NULL AND rows_published IS NOT NULL"
            " AND rows_rejected IS NOT NULL AND rows_unchanged IS NOT NULL"
            " AND rows_in = rows_published + rows_rejected + rows_unchanged)",
            name=op.f("ingest_run_conservation_check"),
        ),
        sa.CheckConstraint("state IN ('running', 'done', 'failed')", name=op.f("ingest_run_state_check")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("ingest_run_source_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ingest_run_pkey")),
    )
    op.create_table(
        "source_file",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("source", CODE, nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("encoding", sa.Text, nullable=False),
        sa.Column("retrieved", sa.Date, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("source_file_source_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("source_file_pkey")),
        sa.UniqueConstraint("source", "sha256", name=op.f("source_file_source_sha256_key")),
    )
    op.create_table(
        "ingest_run_file",
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("ordinal", sa.SmallInteger, nullable=False),
        sa.Column("file", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["file"], ["source_file.id"], name=op.f("ingest_run_file_file_fkey")),
        sa.ForeignKeyConstraint(["run"], ["ingest_run.id"], name=op.f("ingest_run_file_run_fkey")),
        sa.PrimaryKeyConstraint("run", "ordinal", name=op.f("ingest_run_file_pkey")),
    )
    op.create_table(
        "ingest_step",
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("ordinal", sa.SmallInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("rows_in", sa.Integer, nullable=False),
        sa.Column("rows_out", sa.Integer, nullable=False),
        sa.Column("rows_rejected", sa.Integer, nullable=False),
        sa.Column("rows_unchanged", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.CheckConstraint(
            "rows_in = rows_out + rows_rejected + rows_unchanged", name=op.f("ingest_step_conservation_check")
        ),
        sa.ForeignKeyConstraint(["run"], ["ingest_run.id"], name=op.f("ingest_step_run_fkey")),
        sa.PrimaryKeyConstraint("run", "ordinal", name=op.f("ingest_step_pkey")),
    )
    op.create_table(
        "record",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("source", CODE, nullable=False),
        sa.Column("source_id", CODE, nullable=False),
        sa.Column("layer", CODE, nullable=False),
        sa.Column("row_hash", sa.LargeBinary, nullable=False),
        sa.Column("raw", JSONB, nullable=False),
        sa.Column("file", sa.Integer, nullable=False),
        sa.Column("row_number", sa.Integer, nullable=False),
        sa.Column("valid_from_run", sa.Integer, nullable=False),
        sa.Column("valid_to_run", sa.Integer),
        sa.ForeignKeyConstraint(["file"], ["source_file.id"], name=op.f("record_file_fkey")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("record_source_fkey")),
        sa.ForeignKeyConstraint(["valid_from_run"], ["ingest_run.id"], name=op.f("record_valid_from_run_fkey")),
        sa.ForeignKeyConstraint(["valid_to_run"], ["ingest_run.id"], name=op.f("record_valid_to_run_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("record_pkey")),
    )
    op.create_index(
        "record_current_key",
        "record",
        ["source", "source_id"],
        unique=True,
        postgresql_where=sa.text("valid_to_run IS NULL"),
    )
    op.create_table(
        "reject",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("file", sa.Integer, nullable=False),
        sa.Column("row_number", sa.Integer, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("field", sa.Text),
        sa.Column("value", sa.Text),
        sa.Column("message_en", sa.Text, nullable=False),
        sa.Column("message_es", sa.Text, nullable=False),
        sa.Column("raw", JSONB, nullable=False),
        sa.Column("resolved_by_run", sa.Integer),
        sa.ForeignKeyConstraint(["file"], ["source_file.id"], name=op.f("reject_file_fkey")),
        sa.ForeignKeyConstraint(["resolved_by_run"], ["ingest_run.id"], name=op.f("reject_resolved_by_run_fkey")),
        sa.ForeignKeyConstraint(["run"], ["ingest_run.id"], name=op.f("reject_run_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("reject_pkey")),
    )
    op.create_index(op.f("reject_run_idx"), "reject", ["run"], unique=False)
    op.create_table(
        "release",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("last_run", sa.Integer),
        sa.Column("deposits", sa.Integer),
        sa.Column("bounds", sa.ARRAY(sa.Float)),
        sa.CheckConstraint("state IN ('building', 'published', 'retired')", name=op.f("release_state_check")),
        sa.ForeignKeyConstraint(["last_run"], ["ingest_run.id"], name=op.f("release_last_run_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("release_pkey")),
        sa.UniqueConstraint("name", name=op.f("release_name_key")),
    )
    op.create_table(
        "catalogue",
        sa.Column("one_row", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("current_release", sa.Integer),
        sa.CheckConstraint("one_row", name=op.f("catalogue_only_check")),
        sa.ForeignKeyConstraint(["current_release"], ["release.id"], name=op.f("catalogue_current_release_fkey")),
        sa.PrimaryKeyConstraint("one_row", name=op.f("catalogue_pkey")),
    )
    op.create_table(
        "harmonised",
        sa.Column("record", sa.BigInteger, nullable=False),
        sa.Column("crosswalk_digest", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("source_name", sa.Text),
        sa.Column("other_names", sa.Text),
        sa.Column("country", CODE),
        sa.Column("source_country", sa.Text),
        sa.Column("source_state", sa.Text),
        sa.Column("source_county", sa.Text),
        sa.Column("source_commodities", sa.Text),
        sa.Column("status", CODE),
        sa.Column("source_status", sa.Text),
        sa.Column("geom", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column("position_accuracy_m", sa.Float, nullable=False),
        sa.Column("source_crs", sa.Text, nullable=False),
        sa.Column("transform", sa.Text, nullable=False),
        sa.Column("source_url", sa.Text),
        sa.Column("commodities", JSONB, nullable=False),
        sa.Column("unmapped", JSONB),
        sa.ForeignKeyConstraint(["country"], ["country.code"], name=op.f("harmonised_country_fkey")),
        sa.ForeignKeyConstraint(["record"], ["record.id"], name=op.f("harmonised_record_fkey")),
        sa.ForeignKeyConstraint(["status"], ["status.code"], name=op.f("harmonised_status_fkey")),
        sa.PrimaryKeyConstraint("record", name=op.f("harmonised_pkey")),
    )
    op.create_table(
        "release_source",
        sa.Column("release", sa.Integer, nullable=False),
        sa.Column("source", CODE, nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("deposits", sa.Integer, nullable=False),
        sa.Column("synthetic", sa.Integer, nullable=False),
        sa.Column("retrieved", sa.Date, nullable=False),
        sa.CheckConstraint("records = deposits", name=op.f("release_source_conservation_check")),
        sa.ForeignKeyConstraint(["release"], ["release.id"], name=op.f("release_source_release_fkey")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("release_source_source_fkey")),
        sa.PrimaryKeyConstraint("release", "source", name=op.f("release_source_pkey")),
    )
    op.execute("INSERT INTO catalogue DEFAULT VALUES")


def downgrade() -> None:
    for table in (
        "release_source",
        "harmonised",
        "catalogue",
        "release",
        "reject",
        "record",
        "ingest_step",
        "ingest_run_file",
        "source_file",
        "ingest_run",
        "deposit_commodity",
        "deposit",
        "status",
        "source",
        "country",
        "commodity",
    ):
        op.drop_table(table)
