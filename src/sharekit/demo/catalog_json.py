"""A JSON list of products: ``[{"id": ..., "title": ..., "price": ..., "currency": ..., "images": [...]}, ...]``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sharekit.demo.catalog import Builder, RawWare, joined
from sharekit.demo.catalog_values import availability_of, line_of, price_of, text_of
from sharekit.exceptions import InvalidValueError
from sharekit.products import Money

# Numbers are read as they stand: 19.9 must not become 19.899999999999998579. NaN and Infinity become words, so that
# the row that holds them is refused, not the file.
_decoder = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal, parse_constant=str)
_BLANK = re.compile(r"[\s,]*")


def read_json(text: str, builder: Builder, currency: str) -> None:
    """Add every product of a list, or of the list under ``"products"``."""
    for line, row in _rows(text, builder):
        try:
            builder.add(_ware(line, row, currency, builder))
        except InvalidValueError as error:
            builder.skip(line, error)


def _rows(text: str, builder: Builder) -> Iterator[tuple[int, Mapping[str, Any]]]:
    place, line = text.find("["), 1
    if text.lstrip().startswith("{"):
        found = re.search(r'"(?:products|items)"\s*:\s*\[', text)
        if found is None:
            builder.skip(1, 'is one object; pass a list of products, or an object with the list under "products".')
            return
        place = found.end() - 1
    line += text.count("\n", 0, place)
    place += 1
    while True:
        blank = _BLANK.match(text, place)
        end = blank.end() if blank else place
        line, place = line + text.count("\n", place, end), end
        if place >= len(text):
            builder.skip(line, "the file ends in the middle of the list")
            return
        if text[place] == "]":
            return
        try:
            row, end = _decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            what = "nested too deep" if isinstance(error, RecursionError) else str(error).partition(":")[0]
            at = error.lineno if isinstance(error, json.JSONDecodeError) else line
            builder.skip(at, f"is not JSON from here on ({what}); the rest of the file was not read")
            return
        if isinstance(row, dict):
            yield line, row
        else:
            builder.skip(line, "is not an object with id and title")
        line, place = line + text.count("\n", place, end), end


def _ware(line: int, row: Mapping[str, Any], currency: str, builder: Builder) -> RawWare:
    named = line_of(row.get("currency"), "currency")
    price, code = price_of(row.get("price"), named, "price")
    sale, _ = price_of(row.get("sale_price"), code, "sale_price")
    if price is None and row.get("price_minor") is not None:
        price, code = _minor(row["price_minor"], code)
    try:
        availability = availability_of(row.get("availability"))
    except InvalidValueError as error:
        builder.note(line, f"{error}; left out")
        availability = ""
    return RawWare(
        line=line,
        id=line_of(row.get("id"), "id") or line_of(row.get("sku"), "sku"),
        title=line_of(row.get("title") if row.get("title") is not None else row.get("name"), "title"),
        description=text_of(row.get("description")),
        price=price,
        sale_price=sale,
        currency=code or ("" if "currency" in row else currency),
        availability=availability,
        brand=line_of(row.get("brand"), "brand"),
        sku=line_of(row.get("sku"), "sku"),
        gtin=line_of(row.get("gtin"), "gtin"),
        category=_category(row.get("category")),
        pictures=list(_pictures(row)),
        options=list(_options(row.get("variants"), code)),
        link=next((link for name in ("url", "link") if isinstance(link := row.get(name), str) and link), ""),
    )


def _minor(value: object, currency: str) -> tuple[Decimal | None, str]:
    if not isinstance(value, Decimal) or value != value.to_integral_value():
        raise InvalidValueError("price_minor", "is not a whole number of the smallest coin.")
    return Money.from_minor(int(value), currency).amount, currency


def _category(value: object) -> str:
    if isinstance(value, list):
        return " > ".join(line_of(part, "category") for part in value)
    return re.sub(r"\s*->\s*", " > ", line_of(value, "category"))


def _pictures(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    images = row.get("images") or row.get("image") or []
    for image in images if isinstance(images, list) else [images]:
        named = image if isinstance(image, dict) else {"src": image}
        address = named.get("src") or named.get("url")
        if isinstance(address, str) and address:
            yield address, line_of(named.get("alt"), "images")


def _options(value: object, currency: str) -> Iterator[tuple[str, Decimal | None]]:
    """Variants with a label of their own; the same label is shown once."""
    seen = set()
    for variant in value if isinstance(value, list) else []:
        if not isinstance(variant, dict):
            continue
        chosen = variant.get("options")
        words = chosen.values() if isinstance(chosen, dict) else ()
        label = joined(line_of(word, "variants") for word in words if isinstance(word, str))
        label = label or line_of(variant.get("name") if isinstance(variant.get("name"), str) else "", "variants")
        if label and label not in seen:
            seen.add(label)
            try:
                yield label, price_of(variant.get("price"), currency, "variants.price")[0]
            except InvalidValueError:
                yield label, None
