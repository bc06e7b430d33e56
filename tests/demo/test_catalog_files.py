"""Catalogue files of every kind: told apart by content, read to the last usable row, and honest about the rest."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit.demo.catalog import Catalog
from sharekit.demo.catalog_files import CatalogError, decode, load_catalog

Read = Callable[..., Catalog]

MERCHANT = (
    "id\ttitle\tdescription\tlink\timage_link\tavailability\tprice\tsale_price\tgtin\tbrand\n"
    "a-1\tLamp\tWarm light\thttps://x.example/a\thttps://cdn.example/a.jpg\tin_stock\t19.90 EUR\t15.00 EUR"
    "\t4006381333931\tLux\n"
    'a-2\t5" plate\tBlue\thttps://x.example/b\t\tout of stock\t1,299.00 USD\t\t\t\n'
)


def test_merchant_tables_are_read(read: Read) -> None:
    """Attributes of a Merchant feed become a product; an inch mark does not swallow the next row."""
    catalog = read(MERCHANT, "feed.tsv")
    lamp, plate = (ware.product for ware in catalog.wares)
    assert (lamp.id, lamp.title, lamp.brand, lamp.gtin) == ("a-1", "Lamp", "Lux", "4006381333931")
    assert (lamp.price, lamp.sale_price, lamp.currency) == (Decimal("19.90"), Decimal("15.00"), "EUR")
    assert (plate.title, plate.price, plate.currency, plate.availability) == (
        '5" plate',
        Decimal("1299.00"),
        "USD",
        "OutOfStock",
    )
    assert catalog.picture_hosts == ["https://cdn.example"]
    assert not catalog.skipped


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
def test_delimiters_are_found_out(read: Read, delimiter: str) -> None:
    """Spreadsheets save with the delimiter of their country."""
    rows = [["id", "title", "price"], ["1", "Cup", "5.00 EUR"], ["2", f"Bowl{delimiter} large", "6.00 EUR"]]
    text = "\n".join(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in rows)
    assert read(text).wares[0].product.title == "Cup"
    if delimiter != "\t":
        assert read(text).wares[1].product.title == f"Bowl{delimiter} large"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings_are_found_out(read: Read, encoding: str) -> None:
    """Umlauts survive whatever the spreadsheet saved."""
    catalog = read("id,title,price\n1,Schüssel für Müsli – groß,5.00 EUR\n".encode(encoding))
    assert catalog.wares[0].product.title == "Schüssel für Müsli – groß"


def test_broken_rows_are_skipped_with_line_and_reason(read: Read) -> None:
    """One bad row costs one row, and its owner learns which and why."""
    catalog = read(
        "id,title,price\n"
        "1,Cup,5.00 EUR\n"
        ",No id,5.00 EUR\n"
        "3,,5.00 EUR\n"
        "4,Odd,cheap\n"
        "1,Again,5.00 EUR\n"
        '6,"Two\nlines",7.00 EUR\n'
        "7,Extra,5.00 EUR,surplus\n"
        "8,Bare,5.00\n",
        currency="",
    )
    assert [ware.product.id for ware in catalog.wares] == ["1", "6"]
    reasons = {remark.line: remark.reason for remark in catalog.skipped}
    assert list(reasons) == [3, 4, 5, 6, 9, 10]
    assert reasons[3].startswith("id:")
    assert reasons[4].startswith("title:")
    assert reasons[5].startswith("price:")
    assert "line 2" in reasons[6]
    assert "4 cells" in reasons[9]
    assert reasons[10].startswith("currency:")


def test_notes_tell_what_was_left_out(read: Read) -> None:
    """A row with a detail that cannot be used is shown without it."""
    catalog = read(
        "id,title,price,sale_price,availability,image_link\n"
        "1,Cup,5.00 EUR,9.00 EUR,maybe,../secret.png\n"
        "2,Bowl,5.00 EUR,,in_stock,javascript:alert(1)\n"
    )
    assert len(catalog.wares) == 2
    assert {remark.line for remark in catalog.notes} == {2, 3}
    assert [ware.pictures for ware in catalog.wares] == [[], []]
    assert catalog.wares[0].product.sale_price is None


def test_variants_of_a_feed_are_one_product(read: Read) -> None:
    """Rows of one item group become one page with options."""
    catalog = read(
        "id,title,price,item_group_id,color,size\n"
        "s-r,Shirt,20.00 EUR,shirt,Red,M\n"
        "c-1,Cup,5.00 EUR,,,\n"
        "s-b,Shirt,22.00 EUR,shirt,Blue,M\n"
    )
    shirt, cup = catalog.wares
    assert [(option.label, option.price.amount) for option in shirt.options if option.price] == [
        ("Red / M", Decimal("20.00")),
        ("Blue / M", Decimal("22.00")),
    ]
    assert cup.product.id == "c-1"
    assert not cup.options


XML = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Feed</title>
<item>
  <title>RSS title</title><g:title>Lamp &amp; shade</g:title><g:id>l-1</g:id>
  <description><![CDATA[<p>Warm <b>light</b></p>]]></description>
  <g:price>19,90 EUR</g:price><g:availability>in stock</g:availability>
  <g:shipping><g:price>4.90 EUR</g:price></g:shipping>
  <g:image_link>https://cdn.example/1.jpg</g:image_link>
  <g:additional_image_link>https://cdn.example/2.jpg</g:additional_image_link>
  <g:additional_image_link>https://cdn.example/3.jpg</g:additional_image_link>
</item>
<item><g:id>l-2</g:id><title>No price</title></item>
<item><g:title>No id</g:title></item>
</channel></rss>"""


def test_merchant_xml_is_read(read: Read) -> None:
    """RSS with the g: namespace: its own title wins, and the price of shipping is not the product's."""
    catalog = read(XML, "feed.xml")
    lamp, bare = catalog.wares
    assert (lamp.product.title, lamp.product.price, lamp.product.description) == (
        "Lamp & shade",
        Decimal("19.90"),
        "Warm light",
    )
    assert [picture.src for picture in lamp.pictures] == [f"https://cdn.example/{n}.jpg" for n in (1, 2, 3)]
    assert bare.product.money is None
    assert not bare.buyable
    assert [remark.line for remark in catalog.skipped] == [13]


def test_atom_feeds_are_read(read: Read) -> None:
    """Atom calls its items entries."""
    catalog = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">'
        "<entry><g:id>1</g:id><title>Cup</title><g:price>5 EUR</g:price></entry></feed>",
        "feed.xml",
    )
    assert catalog.wares[0].product.title == "Cup"


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><rss><item><id>&b;</id></item></rss>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><item><id>&f;</id><title>&f;</title></item></rss>'


@pytest.mark.parametrize("feed", [BOMB, OUTSIDE, "<!DOCTYPE rss><rss/>", "<rss><!ENTITY a 'b'></rss>"])
def test_entities_and_document_types_are_refused(read: Read, feed: str) -> None:
    """No entity is ever expanded, inside or outside the file."""
    with pytest.raises(CatalogError) as caught:
        read(feed, "feed.xml")
    assert "passwd" not in str(caught.value)
    assert "root:" not in str(caught.value)


def test_deep_xml_is_refused(read: Read) -> None:
    """Nesting has an end."""
    with pytest.raises(CatalogError, match="nested"):
        read("<a>" * 10_000, "feed.xml")


def test_xml_that_breaks_off_keeps_what_came_before(read: Read) -> None:
    """A feed cut in the middle shows its first half and says where it broke."""
    catalog = read(XML.replace("<item><g:id>l-2", "<item><oops"), "feed.xml")
    assert len(catalog.wares) == 1
    assert "not XML" in catalog.skipped[0].reason
    assert catalog.skipped[0].line == 12


SHOPIFY_COLUMNS = (
    "Handle", "Title", "Body (HTML)", "Vendor", "Type", "Published", "Option1 Value", "Option2 Value", "Variant SKU",
    "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy", "Variant Price",
    "Variant Compare At Price", "Image Src", "Image Position", "Image Alt Text", "Status",
)  # fmt: skip
SHOPIFY = (
    ",".join(SHOPIFY_COLUMNS)
    + """
tee,Plain tee,"<p>Soft.</p>

<ul><li>Cotton</li></ul>",Loom,Shirts,true,Red,M,T-R-M,shopify,0,deny,20.00,25.00,https://cdn.example/front.jpg,2,Front,active
tee,,,,,,Blue,M,T-B-M,shopify,3,deny,22.00,,https://cdn.example/back.jpg,1,Back,
tee,,,,,,,,,,,,,,https://cdn.example/side.jpg,3,,
draft,Not yet,,Loom,,true,Default Title,,,,,deny,5.00,,,,,draft
hidden,Hidden,,Loom,,false,Default Title,,,,,deny,5.00,,,,,active
cup,Cup,,Loom,,true,Default Title,,C-1,shopify,0,deny,8.00,,,,,active
,,,,,,,,,,,,,,https://cdn.example/cup.jpg,2,,
broken,Broken,,Loom,,true,Default Title,,,,,deny,eight,,,,,active
"""
)


def test_shopify_csv_groups_rows_by_handle(read: Read) -> None:
    """Variants and pictures on rows of their own, prices before a reduction, stock, status."""
    catalog = read(SHOPIFY, "products_export.csv", currency="EUR")
    tee, cup = catalog.wares
    assert (tee.product.id, tee.product.title, tee.product.brand) == ("tee", "Plain tee", "Loom")
    assert tee.product.description == "Soft.\n\n• Cotton"
    assert (tee.product.price, tee.product.sale_price, tee.product.currency) == (
        Decimal("25.00"),
        Decimal("20.00"),
        "EUR",
    )
    assert [(option.label, option.price.amount) for option in tee.options if option.price] == [
        ("Red / M", Decimal("20.00")),
        ("Blue / M", Decimal("22.00")),
    ]
    assert [picture.alt for picture in tee.pictures] == ["Back", "Front", "Plain tee"]
    assert tee.product.availability == "InStock"
    assert (cup.product.availability, cup.buyable, cup.options) == ("OutOfStock", False, ())
    assert [picture.src for picture in cup.pictures] == ["https://cdn.example/cup.jpg"]
    assert [remark.line for remark in catalog.skipped] == [7, 8, 11]


def test_shopify_csv_in_its_newer_spelling(read: Read) -> None:
    """Shopify renamed its columns; both spellings are read."""
    catalog = read(
        "Title,URL handle,Description,Vendor,Status,SKU,Option1 value,Price,Compare-at price,Inventory quantity,"
        "Inventory tracker,Product image URL,Image position,Image alt text\n"
        "Cup,cup,<p>Round</p>,Loom,Active,C-1,Default Title,8.00,10.00,4,shopify,https://cdn.example/c.jpg,1,A cup\n"
    )
    product = catalog.wares[0].product
    assert (product.id, product.price, product.sale_price, product.sku) == (
        "cup",
        Decimal("10.00"),
        Decimal("8.00"),
        "C-1",
    )


def test_json_lists_are_read_exactly(read: Read) -> None:
    """Numbers keep their decimals: 19.90 in the file is 19.90 in the shop."""
    catalog = read(
        '[\n{"id": "a", "title": "Cup", "price": 19.90, "currency": "EUR", "category": "Kitchen -> Cups"},\n'
        '{"id": 7, "name": "Bowl", "price": "5", "currency": "usd", "gtin": "x"}\n]',
        "list.json",
    )
    cup, bowl = (ware.product for ware in catalog.wares)
    assert (cup.price, cup.category) == (Decimal("19.90"), "Kitchen > Cups")
    assert (bowl.id, bowl.title, bowl.price, bowl.currency, bowl.gtin) == ("7", "Bowl", Decimal("5.00"), "USD", "")
    assert catalog.wares[0].line == 2


def test_broken_json_rows_are_skipped(read: Read) -> None:
    """Each bad element has its line; what follows a broken spot is not guessed at."""
    catalog = read(
        '[{"id": "a", "title": "Cup"},\n'
        "5,\n"
        '{"id": "b"},\n'
        '{"id": "c", "title": "NaN", "price": NaN, "currency": "EUR"},\n'
        '{"id": "d", "title": "Bare", "price": 5, "currency": ""},\n'
        '{"id": "e", "title": {"en": "x"}},\n'
        '{"id": "f", "title": "Last"},\n'
        '{"id": "g", oops',
        "list.json",
    )
    assert [ware.product.id for ware in catalog.wares] == ["a", "f"]
    assert [remark.line for remark in catalog.skipped] == [2, 3, 4, 5, 6, 8]


@pytest.mark.parametrize("content", ["", "\n\n", "hello", "a,b\n1,2\n", "{}", "[]", '{"a": 1}', "<html/>", "[" * 9_999])
def test_other_files_are_refused_in_words(read: Read, content: str) -> None:
    """The error says what was found and what is expected."""
    with pytest.raises(CatalogError):
        read(content, "other.txt")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error carries the path."""
    with pytest.raises(CatalogError, match=r"gone\.csv"):
        load_catalog(tmp_path / "gone.csv")
    with pytest.raises(CatalogError):
        load_catalog(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)),
    st.sampled_from(["", "[", "<", "id,title\n", "Handle,Title\n", "id\ttitle\n"]),
)
def test_no_file_breaks_the_importer(read: Read, content: bytes, head: str) -> None:
    """Whatever is in a file: a catalogue, or an error of ours."""
    try:
        catalog = read(head.encode() + content, "any")
    except CatalogError:
        return
    assert catalog.wares


@given(st.binary(max_size=200))
def test_any_bytes_can_be_decoded(data: bytes) -> None:
    """There is always some text."""
    assert isinstance(decode(data), str)


def test_ids_become_addresses(read: Read) -> None:
    """Blanks, slashes and other scripts in ids give working, distinct addresses."""
    catalog = read(
        '[{"id":"a b","title":"1"},{"id":"a/b","title":"2"},{"id":"чай","title":"3"},{"id":"../x","title":"4"}]'
    )
    assert [ware.slug for ware in catalog.wares] == ["a-b", "a-b-2", "чай", "x"]
    assert all(ware.product.url.isascii() for ware in catalog.wares)


def test_search_and_departments(read: Read) -> None:
    """Every word must be there, in any case; departments come from the first step of the category."""
    catalog = read(
        '[{"id":"1","title":"Red Cup","category":"Kitchen > Cups"},{"id":"2","title":"Blue cup","category":"Garden"},'
        '{"id":"3","title":"Rake","category":"Garden / Tools"}]'
    )
    assert [ware.product.id for ware in catalog.search("cup RED")] == ["1"]
    assert [ware.product.id for ware in catalog.search("cup", "Garden")] == ["2"]
    assert catalog.departments == ["Garden", "Kitchen"]
