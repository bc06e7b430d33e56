"""Reading a user's catalogue: what kind of file it is, and which importer reads it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from sharekit.demo.catalog import Builder, Catalog
from sharekit.demo.catalog_json import read_json
from sharekit.demo.catalog_merchant import read_merchant_table, read_merchant_xml
from sharekit.demo.catalog_shopify import read_shopify
from sharekit.exceptions import ShareKitError

MAX_BYTES = 64 * 1024 * 1024
_EXPECTED = "Use a Shopify product CSV, a Google Merchant feed (TSV or XML), or a JSON list of products."


class CatalogError(ShareKitError, ValueError):
    """A catalogue file cannot be read at all. The message says what is expected."""


def load_catalog(path: str | Path, *, currency: str = "USD") -> Catalog:
    """Read a catalogue; the kind of file is told by what is in it, not by its name.

    Rows that cannot be used are left out and listed in :attr:`Catalog.skipped`.

    Parameters:
        path: the file. Pictures given by relative path are looked for beneath its folder.
        currency: for files that name none, as Shopify's do.

    Raises:
        CatalogError: the file is missing, too large or of another kind, or not one row can be shown.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise CatalogError(f"{path}: {error.strerror or error}. Pass the path of a catalogue file.") from None
    if size > MAX_BYTES:
        raise CatalogError(f"{path} has {size // 1024 // 1024} MB; at most {MAX_BYTES // 1024 // 1024} are read.")
    builder = Builder(path.parent)
    form = _read(path, data, builder, currency)
    catalog = builder.catalog(_name(path), form)
    if not catalog.wares:
        first = f" The first reason: {catalog.skipped[0]}" if catalog.skipped else ""
        raise CatalogError(f"{path} ({form}) has no row that can be shown.{first}")
    return catalog


def _read(path: Path, data: bytes, builder: Builder, currency: str) -> str:
    start = data.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
    if start == b"<":
        read_merchant_xml(data, builder)
        return "Google Merchant feed, XML"
    text = decode(data)
    if start in {b"[", b"{"}:
        read_json(text, builder, currency)
        return "JSON list"
    rows = table(text)
    header = next(rows, None)
    cells = header[1] if header else []
    names = [] if isinstance(cells, csv.Error) else [column(cell) for cell in cells]
    if {"handle", "title"} <= set(names) or {"url_handle", "title"} <= set(names):
        read_shopify(_records(names, rows, builder), builder, currency)
        return "Shopify product CSV"
    if {"id", "title"} <= set(names):
        read_merchant_table(_records(names, rows, builder), builder, currency)
        return "Google Merchant feed, table"
    found = f" Its first line has the columns {', '.join(names[:8])}." if any(names) else " It is empty."
    raise CatalogError(f"{path} is no catalogue this shop can read.{found} {_EXPECTED}")


def decode(data: bytes) -> str:
    """Text in whatever a spreadsheet saved: UTF-8 or UTF-16 with its mark, UTF-8 without, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def column(cell: str) -> str:
    """A column's name in one spelling: ``Variant Price`` and ``variant_price`` are the same."""
    return re.sub(r"[\s_-]+", "_", cell.strip().lower().removeprefix("g:")).strip("_")


def table(text: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Lines of a table with the number of the line each begins on; a line that cannot be read is its error."""
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max("\t,;|", key=first.count)
    lines = text.splitlines(keepends=True)
    plain = delimiter == "\t" and all(line.count("\t") == first.count("\t") for line in lines if line.strip())
    # A feed whose every line is complete has no quoted line breaks: a lone inch mark must not swallow what follows.
    reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, error
            continue
        if any(cell.strip() for cell in cells):
            yield line, [_unquoted(cell) for cell in cells] if plain else cells


def _unquoted(cell: str) -> str:
    if len(cell) >= 2 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell


def _records(
    names: list[str], rows: Iterator[tuple[int, list[str] | csv.Error]], builder: Builder
) -> Iterator[tuple[int, Mapping[str, str]]]:
    for line, cells in rows:
        if isinstance(cells, csv.Error):
            builder.skip(line, f"cannot be read ({cells})")
        elif len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            builder.skip(line, f"has {len(cells)} cells, but the first line names {len(names)} columns")
        else:
            yield line, {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}


def _name(path: Path) -> str:
    words = re.sub(r"[\s_.-]+", " ", path.stem).strip()
    return words[:1].upper() + words[1:60] or "Shop"
