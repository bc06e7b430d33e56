"""Shopify's product CSV: several rows under one handle, one for each variant or further picture.

Columns: https://help.shopify.com/en/manual/products/import-export/using-csv (older and newer spelling).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from urllib.parse import quote

from sharekit.demo.catalog import Builder, RawWare, joined
from sharekit.demo.catalog_values import line_of, price_of, text_of
from sharekit.exceptions import InvalidValueError

Row = tuple[int, Mapping[str, str]]
_YES = frozenset({"true", "yes", "1", "continue", "active", ""})


def read_shopify(rows: Iterable[Row], builder: Builder, currency: str) -> None:
    """Add every product that is published. Rows without a handle belong to the one before."""
    for handle, group in groupby(_with_handles(rows, builder), key=lambda row: row[1]["handle"]):
        lines = list(group)
        line, head = lines[0]
        try:
            reason = _hidden(head)
            if reason:
                builder.skip(line, f"{handle!r} {reason}")
            else:
                builder.add(_ware(handle, lines, builder, currency))
        except InvalidValueError as error:
            builder.skip(line, error)


def _with_handles(rows: Iterable[Row], builder: Builder) -> Iterator[Row]:
    last = ""
    for line, row in rows:
        last = line_of(_cell(row, "handle", "url_handle"), "Handle") or last
        if last:
            yield line, {**row, "handle": last}
        else:
            builder.skip(line, "Handle: is empty, and no product stands above it")


def _hidden(row: Mapping[str, str]) -> str:
    if (status := row.get("status", "").lower()) not in {"", "active"}:
        return f"has the status {status}"
    if _cell(row, "published", "published_on_online_store").lower() not in _YES:
        return "is not published"
    return ""


def _ware(handle: str, lines: list[Row], builder: Builder, currency: str) -> RawWare:
    line, head = lines[0]
    variants = [row for row in lines if _cell(row[1], "variant_price", "price")]
    money = line_of(_cell(head, "currency"), "Currency").upper() or currency
    options = _options(variants, money, builder)
    first = options[0] if options else ("", None, None)
    ware = RawWare(
        line=line,
        id=handle,
        title=line_of(head.get("title"), "Title"),
        description=text_of(_cell(head, "body_(html)", "body_html", "body", "description")),
        currency=money,
        brand=line_of(head.get("vendor"), "Vendor"),
        sku=line_of(_cell(head, "variant_sku", "sku"), "SKU").lstrip("'"),
        gtin=line_of(_cell(head, "variant_barcode", "barcode"), "Barcode").lstrip("'"),
        category=line_of(_cell(head, "type", "product_category"), "Type"),
        availability=_availability(variants),
        pictures=_pictures(lines),
        link=f"/products/{quote(handle)}",
    )
    _, ware.price, ware.sale_price = first
    if len(options) > 1:
        ware.options = [(label, sale if sale is not None else price) for label, price, sale in options]
    return ware


def _options(variants: list[Row], currency: str, builder: Builder) -> list[tuple[str, Decimal | None, Decimal | None]]:
    """Label, price and sale price of every variant; the price before a reduction is "Compare At Price"."""
    out = []
    for line, row in variants:
        try:
            price, _ = price_of(_cell(row, "variant_price", "price"), currency, "Variant Price")
            before, _ = price_of(
                _cell(row, "variant_compare_at_price", "compare_at_price"), currency, "Variant Compare At Price"
            )
        except InvalidValueError as error:
            if len(variants) == 1:
                raise
            builder.skip(line, error)
            continue
        values = (_cell(row, f"option{number}_value") for number in (1, 2, 3))
        label = joined(line_of(value, "Option") for value in values if value != "Default Title")
        reduced = before is not None and price is not None and before > price
        out.append((label or "Standard", before if reduced else price, price if reduced else None))
    if variants and not out:
        raise InvalidValueError("Variant Price", "no variant has a price that can be read.")
    return out


def _availability(variants: list[Row]) -> str:
    """In stock when one variant is: stock is not tracked, there is some, or it may be sold without."""
    known = False
    for _, row in variants:
        quantity = _cell(row, "variant_inventory_qty", "inventory_quantity")
        tracked = _cell(row, "variant_inventory_tracker", "inventory_tracker")
        goes_on = _cell(row, "variant_inventory_policy", "continue_selling_when_out_of_stock").lower()
        if not tracked or not quantity or goes_on in {"continue", "true"}:
            return "InStock"
        known = True
        if quantity.lstrip("-").isdecimal() and int(quantity) > 0:
            return "InStock"
    return "OutOfStock" if known else ""


def _pictures(lines: list[Row]) -> list[tuple[str, str]]:
    found: list[tuple[int, str, str]] = []
    for _, row in lines:
        source = _cell(row, "image_src", "product_image_url")
        position = _cell(row, "image_position")
        if source:
            alt = line_of(_cell(row, "image_alt_text"), "Image Alt Text")
            found.append((int(position) if position.isdecimal() and len(position) < 6 else 9_999, source, alt))
    found += [(99_999, row["variant_image"], "") for _, row in lines if row.get("variant_image")]
    return [(source, alt) for _, source, alt in sorted(found, key=lambda item: item[0])]


def _cell(row: Mapping[str, str], *names: str) -> str:
    """The first of the columns that says something."""
    return next((row[name] for name in names if row.get(name)), "")
