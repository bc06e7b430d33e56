"""Single cells: dates in many spellings, stars, names, pictures, HTML; and how the bytes around them are read."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sharekit import Product
from sharekit.exceptions import InvalidValueError
from sharekit.reviews.importers import ImportFileError, ProductIndex, cells, look_at, read_mapping, vendor_of
from sharekit.reviews.importers.dates import Dates, order_of

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-03-02 10:12:00 UTC", "2025-03-02T10:12:00Z"),
        ("2025-03-02T10:12:00.053Z", "2025-03-02T10:12:00.053Z"),
        ("2025-03-02T10:12:00-05:00", "2025-03-02T15:12:00Z"),
        ("2025-03-02 10:12:00 +0200", "2025-03-02T08:12:00Z"),
        ("2025-03-02 10:12", "2025-03-02T09:12:00Z"),
        ("2025/3/2", "2025-03-01T23:00:00Z"),
        ("02.03.2025", "2025-03-01T23:00:00Z"),
        ("02.03.25 10:12", "2025-03-02T09:12:00Z"),
        ("02/03/2025", "2025-03-01T23:00:00Z"),
        ("2-3-2025, 10:12:30", "2025-03-02T09:12:30Z"),
        ("02/03/2025 1:05 pm", "2025-03-02T12:05:00Z"),
        ("02/03/2025 12:05 AM", "2025-03-01T23:05:00Z"),
        ("Mar 2, 2025", "2025-03-01T23:00:00Z"),
        ("2 March 2025", "2025-03-01T23:00:00Z"),
        ("Sept. 2, 2025 10:00 UTC", "2025-09-02T10:00:00Z"),
        ("1740910320", "2025-03-02T10:12:00Z"),
        ("1740910320000", "2025-03-02T10:12:00Z"),
        ("2026-11-22", "2026-11-21T12:00:00Z"),  # tomorrow somewhere: taken for now
    ],
)
def test_dates_that_can_be_read(text: str, moment: str) -> None:
    """Times without a zone are the shop's; the day comes first here."""
    assert Dates("dmy", BERLIN, AT).read(text) == datetime.fromisoformat(moment)


@pytest.mark.parametrize("text", ["", "  ", "0000-00-00 00:00:00"])
def test_dates_that_are_none(text: str) -> None:
    """Databases write zeros for an empty date."""
    assert Dates(None, UTC, AT).read(text) is None


@pytest.mark.parametrize(
    "text",
    ["yesterday", "45356", "2025-13-01", "2025-02-30", "31/31/2025", "2025-01-01 25:00", "1970-01-01", "2026-11-23",
     "2099-01-01", "2025-01-01 13:00 pm", "Foo 3, 2025", "9" * 400, "2025-03-02T10:00:00+99:99", "05/03/2024\n2024"],
)  # fmt: skip
def test_dates_that_cannot_be(text: str) -> None:
    """The row is refused with the text in the reason."""
    with pytest.raises(InvalidValueError, match=r"^date: "):
        Dates("dmy", UTC, AT).read(text)


def test_the_order_of_days_and_months_is_told_by_the_file() -> None:
    """One date with a part above 12 decides for all; points and equal parts need no decision."""
    assert order_of([(2, "05/03/2024"), (3, "25/03/2024")]) == "dmy"
    assert order_of([(2, "05/03/2024 10:00"), (3, "03/25/24")]) == "mdy"
    assert order_of([(2, "05.03.2024"), (3, "05/05/2024"), (4, "2024-03-05"), (5, "")]) is None
    assert Dates("mdy", UTC, AT).read("03/25/2024") == datetime(2024, 3, 25, tzinfo=UTC)


def test_dates_that_nothing_tells_are_never_guessed() -> None:
    """The message names the line and the option; so it does when dates contradict each other."""
    with pytest.raises(ImportFileError, match=r"05/03/2024 \(line 7\) .*--dates dmy or --dates mdy"):
        order_of([(3, "2024-01-01"), (7, "05/03/2024")])
    with pytest.raises(ImportFileError, match=r"25/03/2024 \(line 2\).*03/25/2024 \(line 9\).*--dates"):
        order_of([(2, "25/03/2024"), (9, "03/25/2024")])


@pytest.mark.parametrize(
    ("text", "stars"),
    [("5", 5), (" 4 ", 4), ("5.0", 5), ("4,0", 4), ("4,000", 4), ("3/5", 3), ("3 / 5", 3), ("★★★★", 4), ("★★☆☆☆", 2)],
)
def test_stars_that_can_be_read(text: str, stars: int) -> None:
    """Decimal commas too; ``4,000`` is no four thousand."""
    assert cells.rating_of(text) == stars


@pytest.mark.parametrize(
    "text",
    ["", "0", "6", "12", "-1", "4.5", "4,5", "NaN", "1e9", "inf", "five", "☆☆☆☆☆", "★" * 6, "5 / 10", "٥",
     "9" * 5_000, "1.0.0"],
)  # fmt: skip
def test_stars_that_cannot_be(text: str) -> None:
    """Nothing is rounded, because that would move the mean."""
    with pytest.raises(InvalidValueError, match=r"^rating: "):
        cells.rating_of(text)


@pytest.mark.parametrize(
    ("cell", "name", "address"),
    [
        ("Ann N.", "Ann N.", ""),
        ("ann@example.com", "", "ann@example.com"),
        ("Ann <ann@example.com>", "Ann", "ann@example.com"),
        ("<b>Ann</b>", "Ann", ""),
        ("O&#39;Brien", "O'Brien", ""),
        ("null", "", ""),
        ("Anonymous", "", ""),
        ("A\u202enn", "Ann", ""),
        ("x" * 120, "x" * 99 + "…", ""),
    ],
)
def test_names(cell: str, name: str, address: str) -> None:
    """An address is taken out, markup and overrides of the reading direction too."""
    assert cells.author_of(cell) == (name, address)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("I <3 it & more", "I <3 it & more"),
        ("size < 5 and > 3", "size < 5 and > 3"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>One</p>\n<p>Two</p>", "One\n\nTwo"),
        ("<ul><li>One<li>Two</ul>", "• One\n• Two"),
        ("<script>alert(1)</script>Hello<style>p{}</style>", "Hello"),
        ("<img src=x onerror=alert(1)>Hello", "Hello"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("R&amp;D &eacute; &notathing; &", "R&D é &notathing; &"),
        ("<b>bold", "bold"),
        ("<svg><script>x</script></svg>after", "after"),
        ("tail <p", "tail <p"),
    ],
)
def test_markup_becomes_text(html: str, text: str) -> None:
    """And a text that merely has a ``<`` stays as it is. What is escaped in the file is what was written."""
    assert cells.text_of(html, markup=True) == text


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit", ["<a ", "<!--", "</", "<![", "&", "<svg>", " ", "\t ", "a@", ", ", "e\u0301", " \n", "<a x='"]
)
def test_the_longest_cells_take_no_time(unit: str) -> None:
    """As long as the csv module lets one be. Where the time grew with the square, each took a minute."""
    long = "<b>x</b>" + unit * (131_000 // len(unit)) + "x"
    for _ in range(3):
        cells.text_of(long, markup=True)
        cells.author_of(long)
        cells.pictures_of(long)
        with pytest.raises(InvalidValueError):
            Dates("dmy", UTC, AT).read(f"2024-01-01{long}")
        with pytest.raises(InvalidValueError):
            cells.rating_of(f"5{long}")


def test_a_title_that_is_too_long_begins_the_text() -> None:
    """Nothing that somebody wrote is cut."""
    title, body = cells.title_and_body("long " * 60, "Rest.", markup=False)
    assert (title, body) == ("", "long " * 59 + "long\n\nRest.")
    with pytest.raises(InvalidValueError, match="10,001 characters"):
        cells.title_and_body("", "x" * 10_001, markup=False)


@pytest.mark.parametrize(
    ("cell", "good", "bad"),
    [
        ("https://a.example/1.jpg,https://a.example/2.jpg", 2, 0),
        ("https://a.example/1,2.jpg", 1, 0),
        ("https://a.example/1.jpg; http://a.example/2.jpg", 2, 0),
        ('["https://a.example/1.jpg"]', 1, 0),
        ("javascript:alert(1)", 0, 1),
        ("data:image/png;base64,AAAA", 0, 2),
        ("/local.jpg", 0, 1),
        ("https://user:pw@a.example/1.jpg", 0, 1),
        ("http://[", 0, 1),
        ("", 0, 0),
    ],
)
def test_pictures(cell: str, good: int, bad: int) -> None:
    """Only whole web addresses are called pictures."""
    found = cells.pictures_of(cell)
    assert (len(found[0]), len(found[1])) == (good, bad)


def test_products_by_many_names() -> None:
    """Id, SKU, GTIN, handle, gid; a mapping goes first, an id before other names, a name of two products is none."""
    shop = [
        Product(id="1", title="One", url="/products/one", sku="S", gtin="4006381333931"),
        Product(id="2", title="Two", url="/products/two", sku="S"),
        Product(id="S2", title="Three", url="/products/1"),
    ]
    index = ProductIndex(shop, {"gid://shopify/Product/77": "2"})
    for name, target in {"1": "1", "one": "1", "4006381333931": "1", "gid://shopify/Product/1": "1", "77": "2"}.items():
        assert index.find([name]) == target
    assert index.find(["nothing", "two"]) == "2"
    with pytest.raises(InvalidValueError, match="'S' is not in the shop"):
        index.find(["S"])
    with pytest.raises(InvalidValueError, match="is empty"):
        index.find(["", " "])
    with pytest.raises(InvalidValueError, match="128"):
        ProductIndex().find(["x" * 129])


def test_help_with_misspelt_products_ends() -> None:
    """Comparing a name with all others is slow, so a file of strangers' products gets few hints, and every count."""
    index = ProductIndex([Product(id=f"product-{number}", title="P", url="/") for number in range(200)])
    hints = 0
    for number in range(300):
        with pytest.raises(InvalidValueError) as refusal:
            index.find([f"prodct-{number}"])
        hints += "Did you mean" in str(refusal.value)
    assert (hints, len(index.unknown)) == (50, 300)


@pytest.mark.parametrize(
    "table", ["old,id\n8811,mug\n8811 ,mug\n,x\n", "8811;mug\n", "\ufefffrom\tto\n8811\tmug\n", "mug,mug\n8811,mug\n"]
)
def test_the_mapping_is_a_table_with_or_without_a_header(table: str) -> None:
    """In any delimiter; rows without both names are passed over."""
    assert read_mapping(table.encode())["8811"] == "mug"


def test_a_mapping_that_is_none() -> None:
    """One column maps nothing."""
    with pytest.raises(ImportFileError, match="--map"):
        read_mapping(b"id\nmug\n")


HEADER = "product_id,rating,body,author,date"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_files_are_read_whatever_a_spreadsheet_made_of_them(encoding: str, delimiter: str, end: str) -> None:
    """Six encodings, four delimiters, three line ends."""
    lines = [HEADER, 'mug,5,"Très, joli;\t""oui""|",Léa,2024-01-02', ""]
    text = end.join(lines[:1]).replace(",", delimiter) + end
    text += delimiter.join(["mug", "5", '"Très, joli;\t""oui""|"', "Léa", "2024-01-02"]) + end
    file = look_at(io.BytesIO(text.encode(encoding)))
    (record,) = file.records()
    assert record.cells is not None
    assert (record.cells["body"], record.cells["author"]) == ('Très, joli;\t"oui"|', "Léa")
    assert (file.delimiter, vendor_of(file).name, record.line) == (delimiter, "plain", 2)


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    """Also behind line breaks in quotes, Excel's own first line, and empty lines."""
    text = f'sep=;\n\n{HEADER.replace(",", ";")}\nmug;5;"a\nb";Ann;\n\nmug;4;c;Ann;\n;;;;\nmug;3;d;Ann;\n'
    assert [record.line for record in look_at(io.BytesIO(text.encode())).records()] == [4, 7, 9]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"PK\x03\x04\x00\x00\x00\x00\x00\x00xl/workbook.xml", "is no text"),
        (b'[{"rating": 5}]', "one object on each line"),
        (b"name;colour\nmug;blue\n", "no column product"),
        (b"product,colour\nmug,blue\n", "no column rating"),
        (b"{}\n", "no column product"),
    ],
)
def test_files_that_are_none(data: bytes, problem: str) -> None:
    """Each is refused as a whole, with what to pass instead."""
    with pytest.raises(ImportFileError, match=problem):
        vendor_of(look_at(io.BytesIO(data)))


def test_a_quotation_mark_that_is_never_closed() -> None:
    """Swallows no more than the longest cell; what comes behind is read again."""
    text = HEADER + '\nmug,5,"open,Ann,\n' + "mug,4,fine,Bo,2024-01-01\n" * 8_000
    records = list(look_at(io.BytesIO(text.encode())).records())
    assert "never closed" in records[0].problem
    assert any(record.cells and record.cells["body"] == "fine" for record in records)
