"""What the editor posts: a picture to be kept, or one that only has to be looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from sharekit.exceptions import InvalidValueError
from sharekit.products import Picture, Problem, Product, Products

MAX_JSON = 1_000_000
"""Characters of a posted picture."""
SAVE, CHECK = "picture", "check"


@dataclass(frozen=True, slots=True)
class EditedPicture:
    """A post of the editor, read and judged.

    Parameters:
        picture: the picture with its tags; ``None`` when it cannot be used.
        saving: it is to be kept. False while somebody still edits and only wants to know what is wrong, and false
            when nothing can be kept because of an error.
        problems: what :meth:`sharekit.Picture.lint` says about it.
        error: why it cannot be used.
        status: the HTTP status of the answer: 200, or 422 when what was to be kept cannot be used (RFC 9110,
            section 15.5.21).
    """

    picture: Picture | None
    saving: bool
    problems: tuple[Problem, ...] = ()
    error: InvalidValueError | None = None
    status: int = 200

    def answer(self, *, where: str = "") -> dict[str, Any]:
        """What the editor reads, to be sent as JSON, after the picture was kept.

        Parameters:
            where: where it was kept, for the one who edits.
        """
        answer: dict[str, Any] = {
            "saved": self.saving,
            "problems": [
                {"code": item.code, "where": item.where, "problem": item.problem, "severity": item.severity}
                for item in self.problems
            ],
        }
        if self.error is not None:
            what = self.error.field.rpartition(".")[2]
            answer["error"] = {"where": self.error.field, "problem": f"{what} {self.error.problem}"}
        if where:
            answer["where"] = where
        return answer


def edited_picture(form: Mapping[str, Any], products: Iterable[Product] | Products | None = None) -> EditedPicture:
    """Read a post of the editor. It never raises for what somebody posted: the error is in the result.

    Check who is asking, and the CSRF token, before; this looks at the picture only.

    Parameters:
        form: the posted fields, such as Flask's ``request.form``. The field ``picture`` asks to keep the picture,
            ``check`` only to look at it.
        products: the products given to ``kit.tag_editor``, or whatever finds them by id.
    """
    wanted = SAVE in form
    text = form.get(SAVE if wanted else CHECK)
    try:
        picture = Picture.from_dict(read_json(text), by_id(products))
    except InvalidValueError as error:
        return EditedPicture(None, False, error=error, status=200 if CHECK in form and not wanted else 422)
    return EditedPicture(picture, wanted, tuple(picture.lint()))


def read_json(text: object) -> dict[str, Any]:
    """An object from JSON of a stranger's.

    Raises:
        InvalidValueError: it is none, too long or nested too deep, or holds a number that JSON has no word for.
    """
    if not isinstance(text, str):
        raise InvalidValueError("picture", "is missing; post it as JSON in the field 'picture' (or 'check').")
    if len(text) > MAX_JSON:
        raise InvalidValueError("picture", f"has more than {MAX_JSON:,} characters.")
    try:
        data = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else error
        raise InvalidValueError("picture", f"is not JSON ({reason}).") from None
    if not isinstance(data, dict):
        raise InvalidValueError("picture", "is not a JSON object, as Picture.to_dict() gives it.")
    return data


def by_id(products: Iterable[Product] | Products | None) -> Products | None:
    """Whatever was given as a thing that finds products by id."""
    if products is None or isinstance(products, Mapping) or callable(products):
        return products
    return {product.id: product for product in products}


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
