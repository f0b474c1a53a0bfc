"""GeoPackage: an indexed layer, dressed with titles, coded values, where it comes from, and a look for QGIS."""

import json
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection, connect

import pyarrow as pa

from app.domain.properties import Kind
from app.domain.vocabulary import vocabulary
from app.extracts.order import Order
from app.extracts.vector import titled, write_layer
from app.styles.looks import look
from app.styles.qgis import of_points

_COLUMN = "geom"
_LOOK = "status"

# QGIS finds the styles of a layer here, and lists the table as one of its own making.
_STYLES = """
    CREATE TABLE layer_styles (
        id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
        f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
        useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
        update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))
"""
_METADATA = (
    """
    CREATE TABLE gpkg_metadata (
        id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
        md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '')
    """,
    """
    CREATE TABLE gpkg_metadata_reference (
        reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
        timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
        md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
        CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata (id),
        CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata (id))
    """,
    """
    INSERT INTO gpkg_extensions VALUES
        ('gpkg_metadata', NULL, 'gpkg_metadata', 'http://www.geopackage.org/spec120/#extension_metadata', 'read-write'),
        ('gpkg_metadata_reference', NULL, 'gpkg_metadata', 'http://www.geopackage.org/spec120/#extension_metadata',
         'read-write')
    """,
)
_JSON = "https://www.rfc-editor.org/info/rfc8259"


def write(order: Order, batches: Iterable[pa.RecordBatch], path: Path) -> None:
    """Writes the file."""
    of = order.provenance
    # The last version that QGIS 3.22 takes without a warning; nothing that is newer is used.
    options = {"VERSION": "1.2"}
    options |= {"IDENTIFIER": of.title().speak(order.lang), "DESCRIPTION": of.prose(order.lang)}
    if order.shown.geometry:
        options |= {"GEOMETRY_NAME": _COLUMN}
    write_layer(order, titled(order), batches, path, "GPKG", options=options)
    with closing(connect(path)) as opened, opened:
        _say_titles(opened)
        _say_codes(opened, order)
        _say_provenance(opened, order)
        if order.shown.geometry and any(one.name == _LOOK for one in order.properties):
            _dress(opened, order)


def _say_titles(opened: Connection) -> None:
    # GDAL keeps a title in the column that a name of the field's own belongs in, and reads it from there.
    opened.execute("UPDATE gpkg_data_columns SET title = name")


def _say_codes(opened: Connection, order: Order) -> None:
    """What each code means, for columns that hold one code of a vocabulary."""
    coded = [(one.name, one.vocabulary) for one in order.properties if one.kind is Kind.CODE and one.vocabulary]
    codes = (
        (name, "enum", term.code, term.label.speak(order.lang))
        for name in sorted({name for _, name in coded})
        for term in vocabulary(name).terms.values()
    )
    opened.executemany(
        "INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type, value, description)"
        " VALUES (?, ?, ?, ?)",
        codes,
    )
    opened.executemany(
        "UPDATE gpkg_data_columns SET constraint_name = ? WHERE column_name = ?",
        ((vocabulary_name, column) for column, vocabulary_name in coded),
    )


def _say_provenance(opened: Connection, order: Order) -> None:
    for statement in _METADATA:
        opened.execute(statement)
    said = json.dumps(order.provenance.members(), ensure_ascii=False)
    opened.execute("INSERT INTO gpkg_metadata VALUES (1, 'dataset', ?, 'application/json', ?)", (_JSON, said))
    opened.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, md_file_id) VALUES ('table', ?, 1)",
        (order.provenance.collection,),
    )


def _dress(opened: Connection, order: Order) -> None:
    of = look(_LOOK)
    opened.execute(_STYLES)
    opened.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', ?)",
        ("layer_styles",),
    )
    titles = {one.name: one.title.speak(order.lang) for one in order.properties}
    title, qml = of.title.speak(order.lang), of_points(of, order.lang, titles).decode()
    opened.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
        " styleQML, styleSLD, useAsDefault, description, owner) VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '')",
        (order.provenance.collection, _COLUMN, of.name, qml, title),
    )
