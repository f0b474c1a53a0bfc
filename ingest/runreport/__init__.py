"""What one run did, for the data steward: `build` asks the store, `as_html` makes a page that stands alone."""

from ingest.runreport.facts import build
from ingest.runreport.page import as_html

__all__ = ["as_html", "build"]
