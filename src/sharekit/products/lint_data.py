"""Lint of plain data: what keeps a file of pictures from being read, and if nothing does, what lint finds in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sharekit.checks import shown
from sharekit.exceptions import InvalidValueError
from sharekit.products.lint import Problem, lint_look, lint_picture, lint_video
from sharekit.products.picture import Products
from sharekit.products.product import Product
from sharekit.products.reading import look_from_dict, picture_from_dict, video_from_dict

MAX_ITEMS = 10_000
_MISSING = {"alt": "alt-missing", "width": "size-missing", "height": "size-missing", "url": "url-missing"}


@dataclass(frozen=True, slots=True)
class Findings:
    """What lint has to say about a file.

    Parameters:
        problems: errors first within each picture, look or video.
        unknown: ids of products that were nowhere described, so that nothing is said about them.
    """

    problems: tuple[Problem, ...]
    unknown: frozenset[str]


def lint_data(data: object, products: Products | None = None, *, at: datetime | None = None) -> Findings:
    """Problems of a picture, a look, a video, a list of them, or an object with the list under ``"pictures"``.

    Where a tag or a picture cannot be read, all such faults are told, and nothing else: the numbers of what is left
    would be others.

    Parameters:
        data: what a JSON file holds.
        products: mapping of id to product, or a function. Without them, and without products in the data, tags are
            looked at and products are not.
        at: the moment at which rights must hold, aware; now when left out.
    """
    unknown: set[str] = set()
    return Findings(tuple(_problems(data, products, at, unknown)), frozenset(unknown))


def _problems(data: object, products: Products | None, at: datetime | None, unknown: set[str]) -> Iterator[Problem]:
    if isinstance(data, Mapping) and "pictures" in data and "title" not in data:
        listed = data.get("products")
        pictures = data["pictures"] if isinstance(data["pictures"], list) else [data["pictures"]]
        data = [
            {"products": listed, **item} if listed is not None and isinstance(item, Mapping) else item
            for item in pictures
        ]
    if not isinstance(data, list):
        yield from _of_one(data, products, at, unknown)
        return
    if len(data) > MAX_ITEMS:
        yield Problem("invalid", "file", f"holds more than {MAX_ITEMS:,} pictures.", "error")
    for number, item in enumerate(data[:MAX_ITEMS], 1):
        for problem in _of_one(item, products, at, unknown):
            yield replace(problem, where=f"{number}: {problem.where}")


def _of_one(data: Any, products: Products | None, at: datetime | None, unknown: set[str]) -> list[Problem]:
    if not isinstance(data, Mapping):
        return [Problem("invalid", "file", f"holds {shown(data)} where a picture, look or video should be.", "error")]
    known = products if products is not None or data.get("products") is not None else _stand_ins(unknown)
    faults: list[InvalidValueError] = []
    found: list[Problem] = []
    try:
        if "poster" in data:
            video = video_from_dict(data, known, failed=faults.append)
            found = [] if faults else lint_video(video, at, unknown=unknown)
        elif "pictures" in data:
            look = look_from_dict(data, known, failed=faults.append)
            found = [] if faults else lint_look(look, at, unknown=unknown)
        else:
            picture = picture_from_dict(data, known, failed=faults.append)
            found = [] if faults else lint_picture(picture, at, unknown=unknown)
    except InvalidValueError as error:
        faults.append(error)
    return [_told(fault) for fault in faults] or found


def _told(fault: InvalidValueError) -> Problem:
    code = _MISSING.get(fault.field.rpartition(".")[2], "")
    if not code or not fault.problem.startswith(("is missing", "is empty")):
        code = "unknown-product" if fault.problem.startswith("no product has") else "invalid"
    return Problem(code, fault.field, fault.problem, "error")


def _stand_ins(unknown: set[str]) -> Products:
    def stand_in(key: str) -> Product:
        unknown.add(key)
        return Product(id=key, title=key, url="/")

    return stand_in
