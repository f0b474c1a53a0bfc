"""What a document of changes says of each deposit, beside the deposit itself: readers and writers agree here."""

from collections.abc import Mapping
from typing import Any

# What begins so is said of the change, all else of the deposit: no property of a deposit begins so.
PREFIX = "change"

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
CONTENT, PROVENANCE = "content", "provenance"

# Where and when the source said it: another file or another day of the same words changes only these.
OF_PROVENANCE = ("status_as_of", "citation", "retrieved", "source_file", "source_row")

# The one property that differs in every deposit of two releases; it makes no change.
RELEASE = "release"

# What stands in `change_was` for where a deposit was, beside the names of properties.
GEOMETRY = "geometry"


def deposit_in(change: Mapping[str, Any]) -> dict[str, Any]:
    """The feature that a change carries: the deposit as it is, or as it last was where it is removed."""
    said = {name: value for name, value in change["properties"].items() if not name.startswith(PREFIX)}
    return {**change, "properties": said}
