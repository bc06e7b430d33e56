"""The shop's window: the grid, a product, stories, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, abort, current_app, render_template, request, send_file
from markupsafe import Markup

from sharekit.demo.catalog import Ware
from sharekit.demo.placeholder import placeholder_svg
from sharekit.demo.words import before_price, teaser
from sharekit.integrations.flask import current_kit
from sharekit.products import Shareable

if TYPE_CHECKING:
    from sharekit.demo.app import Shop

PAGE = 24
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For pictures opened by themselves: an SVG of a stranger may carry a script."""

shop = Blueprint("shop", __name__)


def the_shop() -> Shop:
    """The shop of the app at work."""
    return cast("Shop", current_app.extensions["shop"])


def stars_of(wares: Sequence[Ware]) -> dict[str, Markup]:
    """The stars of a list of wares, in one query."""
    return current_kit().ratings(wares, style=False)


@shop.get("/")
def home() -> str:
    """All wares: the own shop on one page, a large catalogue in pages of 24 that can be searched."""
    here = the_shop()
    words = request.args.get("q", "")[:100].strip()
    department = request.args.get("department", "")[:300]
    found = here.catalog.search(words, department)
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(request.args.get("page", 1, int), 1), pages)
    shown = found[(number - 1) * PAGE : number * PAGE]
    front = Shareable(url="/", title=_front_title(here), text=_front_text(here), image=_front_picture(here), id="front")
    return render_template(
        "home.html",
        front=front,
        found=shown,
        stars=stars_of(shown),
        count=len(found),
        words=words,
        department=department,
        page=number,
        pages=pages,
        before_price=before_price,
        plain=not (words or department or number > 1),
    )


@shop.get("/p/<slug>")
def product(slug: str) -> str:
    """One ware."""
    here = the_shop()
    ware = here.catalog.by_slug.get(slug) or abort(404, "There is no such product here (any more).")
    beside = here.catalog.beside(ware)
    said = teaser(ware.product.description) or ware.product.title
    return render_template(
        "product.html",
        ware=ware,
        product=ware.product,
        before=before_price(ware),
        # The same words everywhere are the classic mistake: a post is short, a letter has room.
        texts={"*": said, "x": ware.product.title, "email": teaser(ware.product.description, 400) or said},
        beside=beside,
        stars=stars_of(beside),
        found=current_kit().read_reviews(ware, args=request.args),
        before_price=before_price,
        arrived_by=request.args.get("sk", "")[:64],
    )


@shop.get("/stories/")
def stories() -> str:
    """All stories."""
    return render_template("stories.html", stories=the_shop().stories.values() or abort(404))


@shop.get("/stories/<slug>")
def story(slug: str) -> str:
    """One story, with the wares it speaks of."""
    here = the_shop()
    found = here.stories.get(slug) or abort(404, "There is no such story.")
    wares = [here.catalog.by_slug[ware] for ware in found.wares]
    others = [other for other in here.stories.values() if other is not found]
    return render_template("story.html", story=found, wares=wares, others=others, before_price=before_price)


@shop.get("/pictures/<name>")
def picture(name: str) -> Response:
    """A picture that lies beside the user's catalogue and is named by it; nothing else of that folder."""
    shelf = the_shop().catalog.shelf
    found = shelf.find(name) if shelf else None
    if found is None:
        abort(404)
    path, kind = found
    response = send_file(path, mimetype=kind, conditional=True, max_age=3600)
    response.headers["Content-Security-Policy"] = PICTURE_POLICY
    return response


@shop.get("/drawn/<slug>.svg")
def drawn(slug: str) -> Response:
    """A drawing for a ware without a picture: always the same one for the same ware."""
    ware = the_shop().catalog.by_slug.get(slug) or abort(404)
    response = Response(placeholder_svg(ware.product.id, ware.product.title, ware.department), mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = PICTURE_POLICY
    response.cache_control.public = True
    response.cache_control.max_age = 3600
    return response


def _front_title(here: Shop) -> str:
    return f"{here.name}: {here.own.claim[:1].lower()}{here.own.claim[1:]}" if here.own else here.name


def _front_text(here: Shop) -> str:
    return here.own.about if here.own else f"{len(here.catalog.wares)} products"


def _front_picture(here: Shop) -> str | None:
    return "/static/previews/sea-front.png" if here.own else None
