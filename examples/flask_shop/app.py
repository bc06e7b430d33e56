"""A Flask shop in a page of code: product pages with share buttons, a purchase, a report."""

from __future__ import annotations

from flask import Flask, abort, redirect, render_template, request

from sharekit import Product
from sharekit.integrations.flask import FlaskShareKit

app = Flask(__name__)
app.config.update(SHAREKIT_BASE_URL="http://127.0.0.1:5000", SHAREKIT_SITE_NAME="Cup & Co")
sharekit = FlaskShareKit(app)

SHELF = {
    "cup": Product(id="cup", title="Blue cup", url="/p/cup", price="12.50", currency="EUR", description="Holds tea."),
    "jug": Product(id="jug", title="Tall jug", url="/p/jug", price="38.00", currency="EUR", description="Pours well."),
}


@app.get("/")
def shelf():
    """Everything there is."""
    return render_template("shelf.html", shelf=SHELF.values())


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
