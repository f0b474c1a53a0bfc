"""Every table of the store, as SQLAlchemy sees it; `migrations/` makes them, and a test holds both equal.

From left to right as a row travels: source_file → ingest_run → record (its words and what they mean) or reject
→ deposit (the same, in one release).
"""

from typing import Any

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
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB

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
status = _vocabulary("status", "uri", "mine_status_uri", "note", "feature_kind", "occurrence_type", "mine_status")
feature_kind = _vocabulary("feature_kind")
occurrence_type = _vocabulary("occurrence_type", "uri")
mine_status = _vocabulary("mine_status", "uri", "parent")
operation_type = _vocabulary("operation_type")
deposit_type = _vocabulary("deposit_type", "uri", "notation", "level", "parent")
deposit_form = _vocabulary("deposit_form", "uri", "shape_uri")
size = _vocabulary("size")
country = _vocabulary("country")
state = _vocabulary("state", "country", "natural_earth")

# Which commodities count on which list, and the named commodity that puts each there.
critical = Table(
    "critical",
    metadata,
    Column("list", _Code, primary_key=True),
    Column("commodity", _Code, ForeignKey("commodity.code"), primary_key=True),
    Column("named", _Code, ForeignKey("commodity.code"), nullable=False),
    Column("country", _Code, ForeignKey("country.code"), nullable=False),
    Column("listed_on", Date, nullable=False),
    Column("in_force", Boolean, nullable=False),
)

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
    Column("status_as_of", Text),
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
    UniqueConstraint("source", "sha256", "name", "retrieved", "synthetic"),
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
    # Null where the row is too damaged to tell.
    Column("layer", _Code),
    Column("source_id", _Code),
)


def _coded(name: str, vocabulary: str, *, held: bool) -> Column[str]:
    """A code, held to its vocabulary by a foreign key where rows are checked together, not one by one."""
    return Column(name, _Code, ForeignKey(f"{vocabulary}.code")) if held else Column(name, _Code)


def _meaning(*, held: bool) -> tuple[Column[Any], ...]:
    """What a row means, in the order of `Harmonised`: the columns that a record and its deposit have in common."""
    return (
        Column("name", Text),
        Column("source_name", Text),
        Column("other_names", Text),
        _coded("country", "country", held=held),
        Column("source_country", Text),
        _coded("state", "state", held=held),
        Column("source_state", Text),
        Column("source_county", Text),
        Column("commodities", ARRAY(_Code), nullable=False),
        Column("commodity_ranks", ARRAY(SmallInteger), nullable=False),
        Column("commodity_words", ARRAY(Text), nullable=False),
        Column("primary_commodities", ARRAY(_Code), nullable=False),
        Column("secondary_commodities", ARRAY(_Code), nullable=False),
        Column("tertiary_commodities", ARRAY(_Code), nullable=False),
        Column("source_commodities", Text),
        _coded("status", "status", held=held),
        Column("source_status", Text),
        _coded("operation_type", "operation_type", held=held),
        Column("source_operation_type", Text),
        _coded("deposit_type", "deposit_type", held=held),
        Column("source_deposit_type", Text),
        _coded("deposit_form", "deposit_form", held=held),
        Column("source_deposit_form", Text),
        _coded("production_size", "size", held=held),
        Column("source_production_size", Text),
        _coded("deposit_size", "size", held=held),
        Column("source_deposit_size", Text),
        _coded("operation_size", "size", held=held),
        Column("source_host_rock", Text),
        Column("source_alteration", Text),
        Column("discovered_year", SmallInteger),
        Column("first_production_year", SmallInteger),
        Column("last_production_year", SmallInteger),
        Column("source_years", Text),
        Column("longitude", Float(53), nullable=False),
        Column("latitude", Float(53), nullable=False),
        Column("position_accuracy_m", Float(53), nullable=False),
        Column("source_crs", Text, nullable=False),
        Column("transform", Text, nullable=False),
        Column("position_rule", Text),
        Column("position_check", Text),
        Column("source_url", Text),
    )


MEANING = tuple(column.name for column in _meaning(held=False))

# Written by COPY, some 300 000 rows at once: a foreign key costs each of them a look-up of its own, so none is held
# here. `deposit` holds its codes to the vocabularies, all rows of a release in one check.
record = Table(
    "record",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("source", _Code, nullable=False),
    Column("source_id", _Code, nullable=False),
    Column("layer", _Code, nullable=False),
    Column("row_hash", LargeBinary, nullable=False),
    # JSON as text, not JSONB: just the words and their order as they came.
    Column("raw", JSON, nullable=False),
    Column("file", Integer, nullable=False),
    Column("row_number", Integer, nullable=False),
    Column("valid_from_run", Integer, nullable=False),
    Column("valid_to_run", Integer),
    Column("crosswalk_digest", Text, nullable=False),
    Column("unmapped", JSONB),
    *_meaning(held=False),
    Index("record_current_key", "source", "source_id", unique=True, postgresql_where=text("valid_to_run IS NULL")),
)

# Pairs that a source itself holds to be one deposit; evidence for linking, which merges nothing.
source_link = Table(
    "source_link",
    metadata,
    Column("source", _Code, ForeignKey("source.id"), primary_key=True),
    Column("one", _Code, primary_key=True),
    Column("other", _Code, primary_key=True),
    Column("note", Text),
    Column("run", Integer, ForeignKey("ingest_run.id"), nullable=False),
    CheckConstraint("one < other", name="order"),
)

release = Table(
    "release",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", _Code, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("published_at", DateTime(timezone=True)),
    Column("deposits", Integer),
    Column("bounds", ARRAY(Float)),
    # Those that had finished when it was built.
    Column("runs", ARRAY(Integer), nullable=False, server_default=text("'{}'")),
    # The sha256 of its archives of tiles, by which the files are called; null where none was made.
    Column("archive", _Code),
    Column("boundaries", _Code),
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

# Files of a release for downloads; each lies in the folder of archives, called by its sha256 and its ending. `rows` is
# null where a file holds no deposits one by one.
release_file = Table(
    "release_file",
    metadata,
    Column("release", Integer, ForeignKey("release.id"), primary_key=True),
    Column("collection", _Code, primary_key=True),
    Column("ending", _Code, primary_key=True),
    Column("sha256", _Code, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("rows", Integer),
    Column("media_type", Text, nullable=False),
    Column("schema_version", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("bytes > 0 AND rows >= 0", name="size"),
)

# One row, so that publishing and rolling back are one UPDATE each.
catalogue = Table(
    "catalogue",
    metadata,
    Column("one_row", Boolean, primary_key=True, server_default=text("true")),
    Column("current_release", Integer, ForeignKey("release.id")),
    Column("cursor_key", LargeBinary, nullable=False),
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
    *_meaning(held=True),
    _coded("feature_kind", "feature_kind", held=True),
    _coded("occurrence_type", "occurrence_type", held=True),
    _coded("mine_status", "mine_status", held=True),
    Column("status_as_of", Text),
    Column("critical_lists", ARRAY(_Code), nullable=False),
    Column("critical_to", ARRAY(_Code), nullable=False),
    Column("critical_commodities", ARRAY(_Code), nullable=False),
    Column("geom", Geometry("POINT", 4326, spatial_index=False), nullable=False),
    Column("geom_3857", Geometry("POINT", 3857, spatial_index=False), nullable=False),
    Column("source_file", Text, nullable=False),
    Column("source_row", Integer, nullable=False),
    Column("retrieved", Date, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("release_level", SmallInteger, nullable=False),
    Index("deposit_geom_idx", "geom", postgresql_using="gist"),
    Index("deposit_geom_3857_idx", "geom_3857", postgresql_using="gist"),
    # With all that a count of a box looks at, so that it reads no row.
    Index(
        "deposit_place_idx",
        "longitude",
        "latitude",
        postgresql_include=["release", "release_level", "id"],
    ),
    Index("deposit_commodities_idx", "commodities", postgresql_using="gin"),
    Index("deposit_critical_lists_idx", "critical_lists", postgresql_using="gin"),
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

# A deposit as it is served, ready: a GeoJSON feature with every public property.
deposit_feature = Table(
    "deposit_feature",
    metadata,
    Column("release", Integer, nullable=False, primary_key=True, autoincrement=False),
    Column("id", _Code, nullable=False, primary_key=True),
    Column("release_level", SmallInteger, nullable=False),
    Column("body", Text, nullable=False),
    postgresql_partition_by="LIST (release)",
)

# What filters ask for besides: of all else, the deposit itself is asked.
_ASKED_BY_CODE = (
    *("operation_type", "deposit_type", "deposit_form", "production_size", "deposit_size", "operation_size"),
    *("feature_kind", "occurrence_type", "mine_status"),
)
_ASKED_BY_YEAR = ("discovered_year", "first_production_year", "last_production_year")
POINT_FILTERS = (*_ASKED_BY_CODE, *_ASKED_BY_YEAR, "retrieved", "synthetic")

# A deposit as tiles draw it, in the order of its place: `x` from the west and `y` from the north in Web Mercator, by
# 24 bits each, and `grid` both of them, bit by bit (Morton's order), so that a tile of any zoom is one range of it.
# `ordinal` numbers the rows of a release in the order of `grid` and `id`. The narrow columns come first: to count all
# deposits of a release, few others are read.
tile_point = Table(
    "tile_point",
    metadata,
    Column("release", Integer, nullable=False, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, nullable=False, primary_key=True, autoincrement=False),
    Column("x", Integer, nullable=False),
    Column("y", Integer, nullable=False),
    Column("grid", BigInteger, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("release_level", SmallInteger, nullable=False),
    Column("source", _Code, nullable=False),
    Column("status", _Code),
    Column("country", _Code),
    Column("state", _Code),
    Column("commodities", ARRAY(_Code), nullable=False),
    Column("critical_to", ARRAY(_Code), nullable=False),
    Column("critical_lists", ARRAY(_Code), nullable=False),
    Column("id", _Code, nullable=False),
    Column("name", Text),
    *(Column(name, _Code) for name in _ASKED_BY_CODE),
    *(Column(name, SmallInteger) for name in _ASKED_BY_YEAR),
    Column("retrieved", Date, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Index("tile_point_grid_idx", "grid"),
    Index("tile_point_id_idx", "id"),
    Index("tile_point_commodities_idx", "commodities", postgresql_using="gin"),
    postgresql_partition_by="LIST (release)",
)

# Deposits that a cluster counts alike: of one source, first commodity, and countries to which they are critical.
tile_kind = Table(
    "tile_kind",
    metadata,
    Column("release", Integer, nullable=False, primary_key=True, autoincrement=False),
    Column("kind", Integer, nullable=False, primary_key=True, autoincrement=False),
    Column("source", _Code, nullable=False),
    Column("commodity", _Code),
    Column("critical_to", ARRAY(_Code), nullable=False),
    postgresql_partition_by="LIST (release)",
)

# A raster that an agency brought; the file itself is in a folder, called by its sha256. `low` and `high` are the ends
# of the ramp by which values are drawn.
raster = Table(
    "raster",
    metadata,
    Column("id", _Code, primary_key=True),
    Column("title_en", Text, nullable=False),
    Column("title_es", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("citation", Text, nullable=False),
    Column("kind", _Code, nullable=False),
    Column("sha256", _Code, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("source_sha256", _Code, nullable=False),
    Column("crs", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bounds", ARRAY(Float(53)), nullable=False),
    Column("min_zoom", SmallInteger, nullable=False),
    Column("max_zoom", SmallInteger, nullable=False),
    Column("bands", JSONB, nullable=False),
    Column("low", Float(53)),
    Column("high", Float(53)),
    Column("added_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("kind IN ('values', 'picture')", name="kind"),
    CheckConstraint("(kind = 'values') = (low IS NOT NULL AND high IS NOT NULL)", name="ramp"),
)
