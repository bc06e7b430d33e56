"""The command ``reviews``: bring reviews, decide about them, answer, hand on, erase."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sharekit import ShareKit
from sharekit.cli import main
from sharekit.reviews.drafts import Draft
from sharekit.reviews.model import Provenance, Review

SAMPLES = Path(__file__).parents[1] / "reviews_io" / "samples"
Call = Callable[..., tuple[int, str, str]]
PRODUCTS = [
    {"id": "mug", "title": "Stoneware mug", "url": "/products/stoneware-mug", "sku": "MUG-1"},
    {"id": "bowl", "title": "Ash bowl", "url": "/products/ash-bowl", "sku": "BOWL-1"},
]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """A function that runs the command in the test's folder; its exit code and what it wrote to both streams."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "products.json").write_text(json.dumps(PRODUCTS), encoding="utf-8")

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["reviews", *arguments])
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def waiting(make_kit: Callable[..., ShareKit]) -> Review:
    """A review that waits, with an order behind it, in the data directory that commands look for."""
    kit = make_kit(deliver=False)
    person = kit.desk.people.of_customer("c-7", "ann@example.com")
    draft = Draft(product_id="mug", rating=2, title="Handle\x1b[2J", body="Came off on the first day.", author="Ann")
    return kit.desk.submit(draft, provenance=Provenance(evidence="order", order_id="order-1001"), person=person)


def sample(name: str) -> str:
    """Path of a sample."""
    return str(SAMPLES / name)


def test_a_dry_run_then_the_import(call: Call, tmp_path: Path) -> None:
    """The first says what the second does, and leaves no trace."""
    words = ["import", sample("judgeme-import.csv"), "--products", "products.json"]
    before = sorted(tmp_path.rglob("*"))
    code, dry, _ = call(*words, "--dry-run")
    assert code == 0
    assert sorted(tmp_path.rglob("*")) == before
    assert dry.splitlines()[:4] == [
        "judgeme-import.csv: Judge.me, CSV with commas, UTF-8, dates with the day first.",
        "Would import 2 of 7 lines as reviews of 1 product.",
        "  2 published; 1 with the shop's answer",
        "  5★ 1, 4★ 0, 3★ 0, 2★ 1, 1★ 0",
    ]
    assert "  line 9: product: 'stonware-mug' is not in the shop. Did you mean 'stoneware-mug'?\n" in dry
    assert dry.endswith("Nothing was kept: this was a dry run.\n")
    code, done, _ = call(*words)
    assert code == 0
    assert dry.replace("Would import", "Imported").removesuffix("Nothing was kept: this was a dry run.\n") == done
    assert "Already there: 2.\n" in call(*words)[1]


def test_the_report_of_refused_lines(call: Call, tmp_path: Path) -> None:
    """Every refused line and what was left out of others, as CSV; standard output has the first ones."""
    call("import", sample("judgeme-import.csv"), "--products", "products.json", "--report", "refused.csv", "--dry-run")
    rows = list(csv.DictReader((tmp_path / "refused.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["line"], row["outcome"]) for row in rows] == [
        ("2", "left out"), ("3", "left out"), ("3", "left out"), ("7", "refused"), ("8", "refused"), ("9", "refused"),
        ("10", "refused"), ("11", "refused"),
    ]  # fmt: skip
    lines = "\n".join(["product,rating", *["mug,9", "mug,8"] * 15])
    (tmp_path / "bad.csv").write_text(lines, encoding="utf-8")
    code, out, _ = call("import", "bad.csv")
    assert code == 1  # not one line could be used
    assert out.count("  line ") == 20
    assert "… and 10 more (see --report FILE)" in out


def test_lines_that_are_refused_alike_are_told_together(call: Call, tmp_path: Path) -> None:
    """A file whose reviews name no product says once what to do about it; whatever the option is called."""
    rows = [{"product": "mug", "rating": 5, "body": "Good"}, *[{"product": None, "rating": 4, "body": "Fine"}] * 50]
    rows += [{"product": "mug", "rating": 9, "body": "Nine"}]
    (tmp_path / "real.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    code, out, _ = call("import", "real.jsonl", "--catalog", "products.json", "--dry-run")
    assert code == 0
    told = out.splitlines()
    start = told.index("Refused: 51.")
    assert told[start + 1] == "  lines 2-51: product: is empty; to put such reviews to one product, pass --product ID"
    assert told[start + 2].startswith("  line 52: rating: ")


def test_products_of_another_name(call: Call, tmp_path: Path) -> None:
    """They are refused and counted; a mapping brings them in."""
    (tmp_path / "map.csv").write_text("theirs;id\nstonware-mug;mug\n", encoding="utf-8")
    words = ["import", sample("judgeme-import.csv"), "--products", "products.json", "--dry-run"]
    assert "Products that are not in the shop: 1, most often stonware-mug (1)." in call(*words)[1]
    _, out, _ = call(*words, "--map", "map.csv")
    assert "Would import 3 of 7 lines" in out
    assert "not in the shop" not in out


def test_mistakes_are_told_before_anything_is_kept(call: Call, tmp_path: Path) -> None:
    """With the option that helps; 2 for options, 1 for files."""
    (tmp_path / "dates.csv").write_text("product,rating,date\nmug,5,05/03/2024\n", encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").touch()
    for words, code, told in (
        (["import", "dates.csv"], 1, "--dates dmy or --dates mdy"),
        (["import", "nothing.csv"], 2, "cannot be read"),
        (["import", "products.json"], 1, "one object on each line"),
        (["import", "dates.csv", "--from", "judgme"], 2, "Did you mean 'judgeme'?"),
        (["import", "dates.csv", "--product", "mugg", "--products", "products.json"], 1, "Did you mean 'mug'?"),
        (["import", "dates.csv", "--data", "other"], 1, "holds no data of sharekit"),
        (["list", "--data", "nowhere"], 1, "does not exist"),
        (["list", "--status", "pendng"], 2, "Did you mean 'pending'?"),
        (["reject", "x", "--reason", "negative"], 2, "unknown reason 'negative'"),
        (["aprove", "x"], 2, "unknown command 'reviews aprove'. Did you mean 'approve'?"),
        (["reply", "x"], 2, "--text"),
        (["erase"], 2, "--email ADDRESS"),
        (["feed", "--products", "products.json"], 2, "--base-url"),
    ):
        found, _, err = call(*words)
        assert (found, told in err) == (code, True), (words, err)
    assert not (tmp_path / "sharekit-data").exists()
    assert call("import", "dates.csv", "--dates", "mdy")[0] == 0


def test_a_review_is_decided_answered_and_put_back(call: Call, waiting: Review, kit: ShareKit) -> None:
    """The product's stars follow, and the log knows who it was."""
    code, out, _ = call("list")
    assert (code, out.split()[:3]) == (0, [waiting.id, "mug", "★★"])
    assert "\x1b" not in out
    assert (
        call("approve", waiting.id, "--by", "Dee")[1] == f"Published: {waiting.id}; mug has 2.0 stars from 1 review\n"
    )
    assert call("list")[1] == "No reviews wait.\n"
    assert "Answered" in call("reply", waiting.id, "--text", "We are sorry.", "--author", "The kiln")[1]
    code, out, err = call("reject", waiting.id, "nope", "--reason", "personal_data", "--note", "phone number")
    assert (code, out) == (1, f"Rejected (personal_data): {waiting.id}; mug has no published reviews\n")
    assert "There is no review 'nope'" in err
    assert "Answer removed" in call("reply", waiting.id, "--remove")[1]
    entries = {entry.action: entry for entry in kit.review_store.history(waiting.id)}
    assert (entries["publish"].by, entries["reject"].note) == ("Dee", "phone number")
    assert entries["reject"].by


def test_what_was_decided_is_in_the_report(call: Call, waiting: Review, capsys: pytest.CaptureFixture[str]) -> None:
    """Handing in and publishing are events of the shop's own code, which the report tells apart."""
    call("approve", waiting.id)
    assert main(["report", "--by", "reviews", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["product"], row["submitted"], row["published"]) == ("mug", 1, 1)


def test_an_answer_from_standard_input(
    call: Call, waiting: Review, monkeypatch: pytest.MonkeyPatch, kit: ShareKit
) -> None:
    """For longer ones; private ones stay private."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("Dear Ann,\nthank you.\n"))
    assert "Answered in private" in call("reply", waiting.id, "--text", "-", "--private")[1]
    found = kit.review_store.get(waiting.id)
    assert found is not None
    assert found.private_reply is not None
    assert (found.reply, found.private_reply.body) == (None, "Dear Ann,\nthank you.")


def test_lists_for_programs(call: Call, waiting: Review) -> None:
    """As JSON, without what is personal; filtered and cut."""
    call("import", sample("shopify.csv"))
    (found,) = json.loads(call("list", "--format", "json", "--product", "mug")[1])
    assert (found["id"], found["provenance"]) == (waiting.id, {"evidence": "order"})
    code, out, err = call("list", "--status", "all", "--limit", "1")
    assert (code, len(out.splitlines())) == (0, 1)
    assert "--limit N" in err
    assert call("list", "--reported")[1] == "No reviews with reports of abuse.\n"


def test_exports(call: Call, waiting: Review) -> None:
    """Published ones as CSV; all of them, with what is personal, when asked; the whole copy can be imported."""
    call("import", sample("shopify.csv"))
    rows = list(csv.DictReader(io.StringIO(call("export")[1], newline="")))
    assert {row["status"] for row in rows} == {"published"}
    assert "order_id" not in rows[0]
    _, whole, _ = call("export", "--format", "jsonl", "--status", "all", "--private")
    assert len(whole.splitlines()) == 4
    assert "order-1001" in whole
    Path("whole.jsonl").write_text(whole, encoding="utf-8")
    assert "Imported 4 of 4 lines" in call("import", "whole.jsonl", "--data", "copy")[1]
    assert "verified" not in call("export", "--data", "copy")[1]
    one = json.loads(call("export", "--id", waiting.id)[1])
    assert one["provenance"]["order_id"] == "order-1001"
    assert call("export", "--id", "nope")[0] == 1


def test_all_that_is_kept_of_a_person_and_its_end(call: Call, waiting: Review) -> None:
    """By address or number, whatever the case; a preview first; the numbers follow."""
    call("approve", waiting.id)
    told = json.loads(call("export", "--email", "ANN@example.com")[1])
    assert [review["id"] for review in told["reviews"]] == [waiting.id]
    assert call("erase", "--email", "nobody@example.com")[1].startswith("Would remove 0 reviews")
    code, out, _ = call("erase", "--email", "ann@example.com")
    assert (code, "Would remove 1 review" in out, "--yes" in out) == (0, True, True)
    assert "1 ★" not in call("list", "--status", "all")[1]
    code, out, _ = call("erase", "--customer", "c-7", "--email", "ann@example.com", "--yes")
    assert (code, out.startswith("Removed 1 review, ")) == (0, True)
    assert call("list", "--status", "all")[1] == "No reviews.\n"
    assert call("erase", "--id", waiting.id, "--yes")[0] == 1


def test_one_review_is_erased(call: Call, waiting: Review) -> None:
    """After a preview."""
    assert "Nothing was removed" in call("erase", "--id", waiting.id)[1]
    assert call("erase", "--id", waiting.id, "--yes")[1] == f"Removed: {waiting.id}; mug has no published reviews\n"


def test_the_feed(call: Call, tmp_path: Path) -> None:
    """On standard output or in a file, with what was left out told beside it."""
    call("import", sample("shopify.csv"), "--products", "products.json")
    words = ["feed", "--products", "products.json", "--publisher", "Kiln", "--base-url", "https://shop.example"]
    code, out, err = call(*words)
    assert code == 0
    assert [url.text for url in ElementTree.fromstring(out.encode()).iter("product_url")] == [
        "https://shop.example/products/stoneware-mug"
    ]
    assert "1 reviews in the feed" in err
    assert "left out 1 without a text" in err
    assert call(*words, "--out", "feed.xml")[1] == ""
    assert (tmp_path / "feed.xml").read_text(encoding="utf-8") == out
    assert not list(tmp_path.glob(".feed*"))


def test_a_feed_of_a_file_without_addresses(call: Call, tmp_path: Path) -> None:
    """A plain list may have none; the shop says where its pages are. Shopify's are known by the handle."""
    (tmp_path / "list.json").write_text('[{"id": "stoneware-mug", "title": "Mug"}]', encoding="utf-8")
    (tmp_path / "shopify.csv").write_text("Handle,Title\nstoneware-mug,Mug\n", encoding="utf-8")
    call("import", sample("shopify.csv"))
    words = ["feed", "--publisher", "Kiln", "--base-url", "https://shop.example", "--products"]
    code, _, err = call(*words, "list.json")
    assert (code, "--product-url" in err) == (2, True)
    assert "https://shop.example/p/stoneware-mug<" in call(*words, "list.json", "--product-url", "/p/{id}")[1]
    assert "https://shop.example/products/stoneware-mug<" in call(*words, "shopify.csv")[1]


def test_a_bar_is_drawn_on_a_terminal_only(environment: dict[str, str], tmp_path: Path) -> None:
    """On standard error, and taken away at the end."""
    rows = "\n".join(["product,rating,author", *(f"mug,5,N{number}" for number in range(1_500))])
    (tmp_path / "many.csv").write_text(rows, encoding="utf-8")
    words = [sys.executable, "-m", "sharekit", "reviews", "import", "many.csv", "--dry-run"]
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        with os.fdopen(theirs, "wb") as terminal:
            process = subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=terminal)
        assert process.stdout is not None
        out, drawn = process.stdout.read().decode(), b""
        process.stdout.close()
        try:
            while part := screen.read(4096):
                drawn += part
        except OSError:
            pass  # how a pseudo terminal says that the other side is closed
        assert process.wait(timeout=60) == 0
    assert re.search(r"\r█*░* +\d+ %  [\d,]+ lines", drawn.decode())
    assert "\r\x1b[K" in drawn.decode()
    assert "█" not in out


def test_the_settings_of_the_environment_count(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another store, the policy, the shop's time zone."""
    monkeypatch.setenv("SHAREKIT_REVIEWS", "sqlite:other.db")
    monkeypatch.setenv("SHAREKIT_TIMEZONE", "Europe/Berlin")
    monkeypatch.setenv("SHAREKIT_REVIEW_POLICY", '{"one_per_product": false, "staff_domains": ["example.com"]}')
    (tmp_path / "two.csv").write_text(
        "product,rating,author,email,date\nmug,5,Ann,ann@example.com,2024-01-02\nmug,4,Ann,ann@example.com,2024-07-03\n",
        encoding="utf-8",
    )
    assert "Imported 2 of 2 lines" in call("import", "two.csv")[1]
    assert (tmp_path / "sharekit-data" / "other.db").exists()
    found = json.loads(call("list", "--status", "all", "--format", "json")[1])
    assert [(review["created_at"], review["relation"]) for review in found] == [
        ("2024-01-01T23:00:00+00:00", "employee"), ("2024-07-02T22:00:00+00:00", "employee"),
    ]  # fmt: skip
    shutil.rmtree(tmp_path / "sharekit-data")
