"""Tags as W3C Web Annotations, the form in which annotation tools and archives exchange points of pictures.

Each tag is one annotation: its target is the point (a media fragment ``xywh=percent:x,y,0,0``, with ``t=`` in a video),
its bodies are the products. Media fragments 1.0 allow whole percents only; like other tools, this module reads and
writes decimals, because one percent of a picture is wider than a button's edge.
Not carried over: buttons (``cta``), crops, rights. Those are the shop's own; :meth:`Picture.to_dict` keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sharekit.checks import shown
from sharekit.exceptions import InvalidValueError
from sharekit.products.picture import MAX_TAGS, Picture, Products
from sharekit.products.reading import Catalogue
from sharekit.products.rights import DISCLOSURES, Disclosure
from sharekit.products.tags import ProductTag
from sharekit.products.values import check_pixels
from sharekit.products.video import Video

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
FRAGMENTS = "http://www.w3.org/TR/media-frags/"
_PREFIX = "disclosure:"
_NUMBER = r"([0-9]{1,7}(?:\.[0-9]{0,12})?)"
_XYWH = re.compile(rf"(?:^|[#&])xywh=(?:(pixel|percent):)?{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}(?:&|\Z)")
_PLACE = "annotations"


def to_annotations(item: Picture | Video) -> list[dict[str, Any]]:
    """One annotation for each tag, in their order.

    The disclosure of a tag, or of the whole picture where the tag has none, goes along as a classifying body.
    """
    made = []
    for number, tag in enumerate(item.tags, 1):
        disclosure = tag.disclosure or item.disclosure
        made.append(
            {
                "@context": CONTEXT,
                "id": f"{item.src}#sk-tag-{number}" if "#" not in item.src else f"{item.src}-sk-tag-{number}",
                "type": "Annotation",
                "motivation": "tagging",
                "body": [*_bodies(tag), *([] if disclosure is None else [_disclosed(disclosure)])],
                "target": {
                    "type": "SpecificResource",
                    "source": item.src,
                    "selector": {"type": "FragmentSelector", "conformsTo": FRAGMENTS, "value": _fragment(tag)},
                },
            }
        )
    return made


def from_annotations(
    annotations: object, products: Products, *, src: str = "", alt: str | None = None, **fields: Any
) -> Picture:
    """A picture with the tags of annotations.

    Rectangles become their middle. Points in pixels need ``width`` and ``height``. Annotations that are not about
    products (no body with ``"purpose": "tagging"``) are refused, not dropped.

    Parameters:
        annotations: a list, an ``AnnotationPage`` or one annotation, as JSON gives it.
        products: mapping of id to product, or a function.
        src: address of the picture; that of the first target when left out.
        alt, fields: further parameters of :class:`Picture`, ``width`` and ``height`` above all.

    Raises:
        InvalidValueError: something cannot be read; ``error.field`` says which annotation, counted from 1.
    """
    items = _items(annotations)
    catalogue = Catalogue(products, (), "products")
    tags = [_tag(item, f"{_PLACE}[{number}]", catalogue, fields) for number, item in enumerate(items, 1)]
    src = src or next((found for found in map(_source, items) if found), "")
    return Picture(src, alt=alt, tags=tags, **fields)


def _fragment(tag: ProductTag) -> str:
    point = f"xywh=percent:{_percent(tag.x)},{_percent(tag.y)},0,0"
    if tag.start is None:
        return point
    return f"t={_plain(tag.start)}{'' if tag.end is None else f',{_plain(tag.end)}'}&{point}"


def _percent(fraction: float) -> str:
    """Exact, so that the way back gives the same float."""
    return f"{Decimal(repr(fraction)).scaleb(2):f}"


def _plain(seconds: float) -> str:
    return f"{Decimal(repr(seconds)).normalize():f}"


def _bodies(tag: ProductTag) -> Iterator[dict[str, Any]]:
    for product in tag.products:
        yield {"type": "SpecificResource", "purpose": "tagging", "source": product.url, "value": product.id}
    if tag.label:
        yield {"type": "TextualBody", "purpose": "describing", "value": tag.label, "format": "text/plain"}


def _disclosed(disclosure: Disclosure) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "TextualBody",
        "purpose": "classifying",
        "value": f"{_PREFIX}{disclosure.kind}",
        "format": "text/plain",
    }
    return body | ({"creator": {"name": disclosure.by}} if disclosure.by else {})


def _items(annotations: object) -> list[Mapping[str, Any]]:
    if isinstance(annotations, Mapping):
        annotations = annotations.get("items", [annotations])
    if not isinstance(annotations, list | tuple):
        raise InvalidValueError(_PLACE, f"pass a list of annotations, not {shown(annotations)}.")
    if len(annotations) > MAX_TAGS:
        raise InvalidValueError(_PLACE, f"holds more than {MAX_TAGS} annotations.")
    for number, item in enumerate(annotations, 1):
        if not isinstance(item, Mapping):
            raise InvalidValueError(f"{_PLACE}[{number}]", f"pass an annotation (an object), not {shown(item)}.")
    return list(annotations)


def _tag(item: Mapping[str, Any], place: str, catalogue: Catalogue, fields: Mapping[str, Any]) -> ProductTag:
    found: dict[str, Any] = {"product": []}
    for body in _list(item.get("body")):
        if not isinstance(body, Mapping):
            continue
        value, purpose = body.get("value"), body.get("purpose")
        if purpose == "tagging":
            found["product"].append(value if value is not None else body.get("source"))
        elif purpose == "describing":
            found["label"] = value
        elif purpose == "classifying" and isinstance(value, str) and value.startswith(_PREFIX):
            found["disclosure"] = _disclosure(body, value.removeprefix(_PREFIX), place)
    if not found["product"]:
        raise InvalidValueError(f"{place}.body", 'names no product; give one body "purpose": "tagging" and its id.')
    found["x"], found["y"] = _point(_selector(item), f"{place}.target", fields)
    return catalogue.tag(found, place)


def _disclosure(body: Mapping[str, Any], kind: str, place: str) -> dict[str, Any]:
    if kind not in DISCLOSURES:
        raise InvalidValueError(f"{place}.body", f"{shown(kind)} is no disclosure; known: {', '.join(DISCLOSURES)}.")
    creator = body.get("creator")
    name = creator.get("name") if isinstance(creator, Mapping) else None
    return {"kind": kind} if name is None else {"kind": kind, "by": name}


def _point(value: str, place: str, fields: Mapping[str, Any]) -> tuple[float, float]:
    found = _XYWH.search(value)
    if found is None:
        raise InvalidValueError(place, f"{shown(value)} has no point such as 'xywh=percent:37.5,62.5,0,0'.")
    unit, x, y, width, height = found[1] or "pixel", *map(Decimal, found.groups()[1:])
    across, down = x + width / 2, y + height / 2
    if unit == "percent":
        return float(across.scaleb(-2)), float(down.scaleb(-2))
    sides = [check_pixels(fields.get(name), f"Picture.{name}") for name in ("width", "height")]
    return float(across / sides[0]), float(down / sides[1])


def _selector(item: Mapping[str, Any]) -> str:
    """The media fragment: of the selector, or of the target's own address."""
    for target in _list(item.get("target")):
        if isinstance(target, str):
            return target
        if isinstance(target, Mapping):
            for selector in _list(target.get("selector")):
                value = selector.get("value") if isinstance(selector, Mapping) else None
                if isinstance(value, str):
                    return value
            for name in ("id", "source"):
                if isinstance(target.get(name), str):
                    return str(target[name])
    return ""


def _source(item: Mapping[str, Any]) -> str:
    for target in _list(item.get("target")):
        source = target
        if isinstance(target, Mapping):
            source = target.get("source") or target.get("id")
            source = source.get("id") if isinstance(source, Mapping) else source
        if isinstance(source, str):
            return source.partition("#")[0]
    return ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
