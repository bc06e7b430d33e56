"""The look page: tagged pictures in every form there is."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from sharekit.demo.pages_shop import the_shop

looks = Blueprint("looks", __name__)


@looks.get("/looks/")
def look_page() -> str:
    """A look, single pictures, a gallery, a film. A user's own catalogue has none."""
    own = the_shop().own or abort(404, "This catalogue has no tagged pictures.")
    return render_template("looks.html", looks=own.looks)
