"""Every table of the store, as SQLAlchemy sees it; `migrations/` makes them, and a test holds both equal.

From left to right as a row travels: source_file → ingest_run → record (verbatim) or reject
→ harmonised (what it means) → deposit (the same, in one release).
"""

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)

# Byte order, whatever the server's locale: ids are paged by `id > last`, and both sides must sort alike.
_Code = Text(collation="C")


def _vocabulary(name: str, *further: str) -> Table:
    return Table(
        name,
        metadata,
        Column("code", _Code, primary_key=True),
        Column("label_en", Text, nullable=False),
        Column("label_es", Text, nullable=False),
        *(Column(column, Text) for column in further),
    )


commodity = _vocabulary("commodity", "uri", "uri_match", "symbols", "group", "note")
status = _vocabulary("status", "uri", "mine_status_uri", "note")
country = _vocabulary("country")

source = Table(
    "source",
    metadata,
    Column("id", _Code, primary_key=True),
    Column("title_en", Text, nullable=False),
    Column("title_es", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("licence_url", Text),
    Column("citation", Text, nullable=False),
    Column("homepage", Text, nullable=False),
    Column("accuracy_m", Float, nullable=False),
    Column("release_level", SmallInteger, nullable=False),
)

source_file = Table(
    "source_file",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("source", _Code, ForeignKey("source.id"), nullable=False),
    Column("sha256", _Code, nullable=False),
    Column("name", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("encoding", Text, nullable=False),
    Column("retrieved", Date, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    UniqueConstraint("source", "sha256"),
)

ingest_run = Table(
    "ingest_run",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("source", _Code, ForeignKey("source.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("partial", Boolean, nullable=False),
    Column("layers", ARRAY(_Code), nullable=False, server_default=text("'{}'")),
    Column("crosswalk_digest", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("finished_at", DateTime(timezone=True)),
    Column("rows_in", Integer),
    Column("rows_published", Integer),
    Column("rows_rejected", Integer),
    Column("rows_unchanged", Integer),
    Column("rows_ended", Integer),
    Column("rows_reread", Integer),
    Column("message_en", Text),
    Column("message_es", Text),
    CheckConstraint("state IN ('running', 'done', 'failed')", name="state"),
    CheckConstraint(
        "state <> 'done' OR (rows_in IS NOT NULL AND rows_published IS NOT NULL"
        " AND rows_rejected IS NOT NULL AND rows_unchanged IS NOT NULL"
        " AND rows_in = rows_published + rows_rejected + rows_unchanged)",
        name="conservation",
    ),
)

ingest_run_file = Table(
    "ingest_run_file",
    metadata,
    Column("run", Integer, ForeignKey("ingest_run.id"), primary_key=True),
    Column("ordinal", SmallInteger, primary_key=True),
    Column("file", Integer, ForeignKey("source_file.id"), nullable=False),
)

ingest_step = Table(
    "ingest_step",
    metadata,
    Column("run", Integer, ForeignKey("ingest_run.id"), primary_key=True),
    Column("ordinal", SmallInteger, primary_key=True),
    Column("name", Text, nullable=False),
    Column("rows_in", Integer, nullable=False),
    Column("rows_out", Integer, nullable=False),
    Column("rows_rejected", Integer, nullable=False),
    Column("rows_unchanged", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    CheckConstraint("rows_in = rows_out + rows_rejected + rows_unchanged", name="conservation"),
)

reject = Table(
    "reject",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("run", Integer, ForeignKey("ingest_run.id"), nullable=False, index=True),
    Column("file", Integer, ForeignKey("source_file.id"), nullable=False),
    Column("row_number", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("field", Text),
    Column("value", Text),
    Column("message_en", Text, nullable=False),
    Column("message_es", Text, nullable=False),
    Column("raw", JSONB, nullable=False),
    Column("resolved_by_run", Integer, ForeignKey("ingest_run.id")),
)

record = Table(
    "record",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("source", _Code, ForeignKey("source.id"), nullable=False),
    Column("source_id", _Code, nullable=False),
    Column("layer", _Code, nullable=False),
    Column("row_hash", LargeBinary, nullable=False),
    Column("raw", JSONB, nullable=False),
    Column("file", Integer, ForeignKey("source_file.id"), nullable=False),
    Column("row_number", Integer, nullable=False),
    Column("valid_from_run", Integer, ForeignKey("ingest_run.id"), nullable=False),
    Column("valid_to_run", Integer, ForeignKey("ingest_run.id")),
    Index("record_current_key", "source", "source_id", unique=True, postgresql_where=text("valid_to_run IS NULL")),
)


def _meaning() -> tuple[Column[object], ...]:
    """The columns that a harmonised record and the deposit made of it have in common."""
    return (
        Column("name", Text),
        Column("source_name", Text),
        Column("other_names", Text),
        Column("country", _Code, ForeignKey("country.code")),
        Column("source_country", Text),
        Column("source_state", Text),
        Column("source_county", Text),
        Column("source_commodities", Text),
        Column("status", _Code, ForeignKey("status.code")),
        Column("source_status", Text),
        Column("geom", Geometry("POINT", 4326, spatial_index=False), nullable=False),
        Column("position_accuracy_m", Float, nullable=False),
        Column("source_crs", Text, nullable=False),
        Column("transform", Text, nullable=False),
        Column("source_url", Text),
    )


MEANING = tuple(column.name for column in _meaning())

harmonised = Table(
    "harmonised",
    metadata,
    Column("record", BigInteger, ForeignKey("record.id"), primary_key=True),
    Column("crosswalk_digest", Text, nullable=False),
    *_meaning(),
    Column("commodities", JSONB, nullable=False),
    Column("unmapped", JSONB),
)

release = Table(
    "release",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", _Code, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("published_at", DateTime(timezone=True)),
    Column("last_run", Integer, ForeignKey("ingest_run.id")),
    Column("deposits", Integer),
    Column("bounds", ARRAY(Float)),
    CheckConstraint("state IN ('building', 'published', 'retired')", name="state"),
)

release_source = Table(
    "release_source",
    metadata,
    Column("release", Integer, ForeignKey("release.id"), primary_key=True),
    Column("source", _Code, ForeignKey("source.id"), primary_key=True),
    Column("records", Integer, nullable=False),
    Column("deposits", Integer, nullable=False),
    Column("synthetic", Integer, nullable=False),
    Column("retrieved", Date, nullable=False),
    CheckConstraint("records = deposits", name="conservation"),
)

# One row, so that publishing and rolling back are one UPDATE each.
catalogue = Table(
    "catalogue",
    metadata,
    Column("one_row", Boolean, primary_key=True, server_default=text("true")),
    Column("current_release", Integer, ForeignKey("release.id")),
    CheckConstraint("one_row", name="only"),
)

deposit = Table(
    "deposit",
    metadata,
    Column("release", Integer, nullable=False, primary_key=True, autoincrement=False),
    Column("id", _Code, nullable=False, primary_key=True),
    Column("record", BigInteger, nullable=False),
    Column("source", _Code, ForeignKey("source.id"), nullable=False),
    Column("source_id", _Code, nullable=False),
    Column("layer", _Code, nullable=False),
    *_meaning(),
    Column("geom_3857", Geometry("POINT", 3857, spatial_index=False), nullable=False),
    Column("commodities", ARRAY(_Code), nullable=False),
    Column("primary_commodities", ARRAY(_Code), nullable=False),
    Column("secondary_commodities", ARRAY(_Code), nullable=False),
    Column("tertiary_commodities", ARRAY(_Code), nullable=False),
    Column("source_file", Text, nullable=False),
    Column("source_row", Integer, nullable=False),
    Column("retrieved", Date, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("release_level", SmallInteger, nullable=False),
    Index("deposit_geom_idx", "geom", postgresql_using="gist"),
    Index("deposit_geom_3857_idx", "geom_3857", postgresql_using="gist"),
    Index("deposit_commodities_idx", "commodities", postgresql_using="gin"),
    postgresql_partition_by="LIST (release)",
)

deposit_commodity = Table(
    "deposit_commodity",
    metadata,
    Column("release", Integer, nullable=False, primary_key=True, autoincrement=False),
    Column("deposit", _Code, nullable=False, primary_key=True),
    Column("ordinal", SmallInteger, nullable=False, primary_key=True),
    Column("commodity", _Code, ForeignKey("commodity.code"), nullable=False),
    Column("rank", SmallInteger),
    Column("source_words", Text, nullable=False),
    CheckConstraint("rank BETWEEN 1 AND 3", name="rank"),
    postgresql_partition_by="LIST (release)",
)
