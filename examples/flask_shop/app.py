"""A Flask shop in a page of code: product pages with share buttons, a tagged picture, a purchase, a report."""

from __future__ import annotations

from flask import Flask, abort, redirect, render_template, request

from sharekit import Cta, Picture, Product, ProductTag
from sharekit.integrations.flask import FlaskShareKit

app = Flask(__name__)
app.config.update(SHAREKIT_BASE_URL="http://127.0.0.1:5000", SHAREKIT_SITE_NAME="Cup & Co")
sharekit = FlaskShareKit(app)

SHELF = {
    "cup": Product(id="cup", title="Blue cup", url="/p/cup", price="12.50", currency="EUR", description="Holds tea."),
    "jug": Product(id="jug", title="Tall jug", url="/p/jug", price="38.00", currency="EUR", description="Pours well."),
}
PICTURE = Picture(
    "/static/shelf.svg",
    width=900,
    height=600,
    alt="A blue cup and a tall white jug on a wooden shelf.",
    id="shelf",
    tags=[ProductTag(SHELF["cup"], 0.3, 0.68), ProductTag(SHELF["jug"], 0.68, 0.5)],
)
# What the form in a tag's card posts: the product, and where it was found.
TO_CART = Cta("add_to_cart", action="/cart", fields={"key": "{id}", "picture": "{picture}", "tag": "{tag}"})


@app.get("/")
def shelf():
    """Everything there is, and a picture of it whose things can be tapped."""
    return render_template("shelf.html", shelf=SHELF.values(), picture=PICTURE, to_cart=TO_CART)


@app.post("/cart")
def add_to_cart():
    """Into the cart (of which this shop has none). The kit's script counts what it posts; this counts the rest."""
    product = SHELF.get(request.form.get("key", "")) or abort(404)
    if request.headers.get("X-Requested-With") != "sharekit":
        place = {"picture": request.form.get("picture", ""), "tag": request.form.get("tag", "")}
        sharekit.record("add_to_cart", product_id=product.id, props=place)
    return redirect(product.url, 303)


@app.get("/p/<key>")
def product(key: str):
    """One product, to be shared and bought."""
    return render_template("product.html", product=SHELF.get(key) or abort(404))


@app.post("/buy/<key>")
def buy(key: str):
    """The order is placed: tell sharekit, with the share the buyer came by."""
    bought = SHELF.get(key) or abort(404)
    order_id = request.form["order_id"]
    items = [{"product_id": bought.id, "price": bought.money}]
    share_id = request.form.get("share_id", "")
    sharekit.record_purchase(
        order_id=order_id, value=bought.money.amount, currency="EUR", items=items, share_id=share_id
    )
    return redirect(bought.url, 303)
