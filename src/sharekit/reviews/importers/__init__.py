"""Bringing reviews from other tools: each vendor is a table of column names, and what a file says is never believed."""

from __future__ import annotations

from sharekit.reviews.importers.files import ImportFileError, look_at
from sharekit.reviews.importers.importing import Outcome, Remark, import_reviews
from sharekit.reviews.importers.products import ProductIndex, read_mapping
from sharekit.reviews.importers.reading import Reader
from sharekit.reviews.importers.vendors import VENDORS, Vendor, vendor_of

__all__ = [
    "VENDORS", "ImportFileError", "Outcome", "ProductIndex", "Reader", "Remark", "Vendor", "import_reviews", "look_at",
    "read_mapping", "vendor_of",
]  # fmt: skip
