"""The list of reviews by itself, for the script, and the photos."""

from __future__ import annotations

from sharekit.exceptions import TokenError
from sharekit.reviews.desk import Desk
from sharekit.web.context import WebContext
from sharekit.web.http import Request, Response, refuse
from sharekit.web.reviews.visit import NOT_INDEXED, Visit
from sharekit.web.static import FOR_EVER

FOR_A_MINUTE = "public, max-age=60"
PHOTO_POLICY = "default-src 'none'; sandbox"


def section(context: WebContext, request: Request, product_id: str) -> Response:
    """``GET /reviews/list/<product id>?f=<form token>&sk-sort=…``: the section of a product's page, the same for
    everybody."""
    visit = Visit(context, request)
    try:
        product = visit.product(request.arguments().get("f", ""))
    except TokenError as error:
        return refuse(400, "bad_token", str(error))
    if product.id != product_id:
        return refuse(404, "not_found", "The list belongs to another product.")
    html = visit.parts.section(product, args=request.query, fragment=True, locale=visit.locale, mount=visit.mount)
    headers = (
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", FOR_A_MINUTE),
        NOT_INDEXED,
        ("content-security-policy", PHOTO_POLICY),
        ("x-content-type-options", "nosniff"),
    )
    return Response(status=200, headers=headers, body=str(html).encode("utf-8", "replace"))


def photo(context: WebContext, request: Request, name: str) -> Response:
    """``GET /reviews/photos/<name>``: a photo or its thumbnail, as the kit made it anew."""
    return photo_file(Visit(context, request).desk, name)


def photo_file(desk: Desk, name: str) -> Response:
    """A photo by its name; 404 when there is none."""
    found = desk.photos.read(name) if desk.photos is not None else None
    if found is None:
        return refuse(404, "not_found", "There is no photo of that name.")
    body, content_type = found
    headers = (
        ("content-type", content_type),
        ("cache-control", FOR_EVER),
        NOT_INDEXED,
        ("content-security-policy", PHOTO_POLICY),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-site"),
    )
    return Response(status=200, headers=headers, body=body)
