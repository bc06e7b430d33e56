"""A Google Merchant feed, as a table (TSV) or as RSS/Atom with the ``g:`` namespace.

Attributes: https://support.google.com/merchants/answer/7052112
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from xml.parsers import expat

from sharekit.demo.catalog import Builder, RawWare, joined
from sharekit.demo.catalog_values import availability_of, in_force, line_of, price_of, text_of
from sharekit.exceptions import InvalidValueError

Row = tuple[int, Mapping[str, str]]
NAMESPACE = "http://base.google.com/ns/1.0"
_ITEMS = frozenset({"item", "entry"})
_DETAILS = (
    ("condition", "Condition"),
    ("color", "Colour"),
    ("size", "Size"),
    ("material", "Material"),
    ("mpn", "Part number"),
)
_MAX_CELL = 100_000
_MAX_DEPTH = 32


def read_merchant_table(rows: Iterable[Row], builder: Builder, currency: str = "") -> None:
    """Add the products of a table whose columns carry the feed's attribute names."""
    _add(rows, builder, currency)


def read_merchant_xml(data: bytes, builder: Builder, currency: str = "") -> None:
    """Add the products of an RSS or Atom feed. A document type, and with it any entity, is refused."""
    _add(_items(data, builder), builder, currency)


def _add(rows: Iterable[Row], builder: Builder, currency: str) -> None:
    groups: dict[str, RawWare] = {}
    for line, row in rows:
        try:
            ware = _ware(line, row, builder, currency)
        except InvalidValueError as error:
            builder.skip(line, error)
            continue
        group = line_of(row.get("item_group_id"), "item_group_id")
        first = groups.get(group) if group else None
        label = joined(line_of(row.get(name), name) for name in ("color", "size", "pattern", "material"))
        if first is not None and ware.id and ware.title:
            # Variants of one product are rows of their own in a feed; a shopper wants to see one page.
            first.options.append((label or ware.title, _paid(ware)))
            continue
        if group:
            groups[group] = ware
            ware.options.append((label or ware.title, _paid(ware)))
        else:
            builder.add(ware)
    for ware in groups.values():
        if len(ware.options) == 1:
            ware.options.clear()
        builder.add(ware)
    builder.wares.sort(key=lambda item: item.line)


def _paid(ware: RawWare) -> Decimal | None:
    return ware.sale_price if ware.sale_price is not None else ware.price


def _ware(line: int, row: Mapping[str, str], builder: Builder, currency: str) -> RawWare:
    price, code = price_of(row.get("price", ""), currency, "price")
    sale, _ = price_of(row.get("sale_price", ""), code, "sale_price")
    if not in_force(row.get("sale_price_effective_date", ""), datetime.now(UTC)):
        sale = None
    try:
        availability = availability_of(row.get("availability", ""))
    except InvalidValueError as error:
        builder.note(line, f"{error}; left out")
        availability = ""
    links = [row.get("image_link", ""), *re.split(r"[\s,]+(?=https?:)|\n", row.get("additional_image_link", ""))]
    return RawWare(
        line=line,
        id=line_of(row.get("id"), "id"),
        title=line_of(row.get("title"), "title"),
        description=text_of(row.get("description", "")),
        price=price,
        sale_price=sale,
        currency=code,
        availability=availability,
        brand=line_of(row.get("brand"), "brand"),
        sku=line_of(row.get("mpn") or row.get("id"), "id"),
        gtin=line_of(row.get("gtin"), "gtin").replace("-", "").replace(" ", ""),
        category=line_of(row.get("product_type") or row.get("google_product_category"), "product_type"),
        pictures=[(link.strip(), "") for link in links if link.strip()],
        link=row.get("link") or "",
        details=[(term, words) for name, term in _DETAILS if (words := line_of(row.get(name), name))],
    )


def _items(data: bytes, builder: Builder) -> Iterator[Row]:
    feed = _Feed()
    try:
        feed.parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        builder.skip(error.lineno, f"is not XML from here on ({reason}); the rest of the file was not read")
    except InvalidValueError as error:
        builder.skip(feed.parser.CurrentLineNumber, error.problem)
    except (LookupError, ValueError):
        builder.skip(1, "names an encoding that cannot be read; save the feed as UTF-8")
    yield from feed.rows


class _Feed:
    """Collects direct children of every item; what is nested deeper (the price of shipping) is not the item's."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, dict[str, str]]] = []
        self._depth = 0
        self._item = 0
        self._cell = ""
        self._text: list[str] = []
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data

    def _refuse(self, *_: object) -> None:
        raise InvalidValueError("feed", "has a document type, which a feed does not need and this shop does not read")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise InvalidValueError("feed", f"is nested more than {_MAX_DEPTH} deep; the rest of the file was not read")
        space, _, local = name.rpartition(" ")
        if not self._item and local in _ITEMS:
            self._item = self._depth
            self.rows.append((self.parser.CurrentLineNumber, {}))
        elif self._item and self._depth == self._item + 1:
            self._cell = local if space == NAMESPACE else f"~{local}"
            self._text = [attributes.get("href", "")] if local == "link" else []

    def _data(self, text: str) -> None:
        if self._item and self._depth == self._item + 1:
            self._text.append(text)

    def _end(self, name: str) -> None:
        if self._item and self._depth == self._item + 1:
            self._keep("".join(self._text)[:_MAX_CELL].strip())
        elif self._depth == self._item:
            self._item = 0
        self._depth -= 1

    def _keep(self, text: str) -> None:
        row = self.rows[-1][1]
        own, plain = not self._cell.startswith("~"), self._cell.removeprefix("~")
        if plain == "additional_image_link" and row.get(plain):
            row[plain] += "\n" + text
        elif text and (own or plain not in row):
            row[plain] = text
