"""The default store of reviews: the contract, and what is special about a file."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import sqlite3
from itertools import product

import pytest

import sharekit.reviews.sqlite as sqlite_module
from sharekit.exceptions import StoreError
from sharekit.reviews.model import Photo, Provenance
from sharekit.reviews.sql.pages import columns_of, count_index, count_statement, page_index, page_statement
from sharekit.reviews.sqlite import SQLiteReviewStore
from sharekit.reviews.store import Query
from sharekit.testing import ReviewStoreContract
from sharekit.testing.reviews.base import decide, entry, published, review, right

SORTS = ("newest", "helpful", "highest", "lowest")


class TestSQLiteReviewStore(ReviewStoreContract):
    """The store that is used when nothing is set."""

    def make_store(self, folder):
        """A file of the test's own."""
        return SQLiteReviewStore(folder / "reviews.db")


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    store = SQLiteReviewStore(tmp_path / "reviews.db")
    yield store
    store.close()


@pytest.fixture
def full(store):
    """A store with 40 reviews of a product."""
    photo = Photo(id="f", width=2, height=2, thumb_width=1, thumb_height=1)
    order = Provenance(evidence="order", order_id="1")
    store.add_many(
        [
            review(n, status="published", photos=(photo,) * (n % 2), provenance=order if n % 3 else Provenance())
            for n in range(40)
        ]
    )
    return store


def plan(store, statement, values):
    """How SQLite goes about a statement."""
    with store._reading() as session:
        return " + ".join(row[3] for row in session.rows(f"EXPLAIN QUERY PLAN {statement}", values))


def query(sort, stars, photos, verified, language=""):
    """A query with these filters."""
    return Query(product_id="mug", sort=sort, stars=stars, photos=photos, verified=verified, language=language)


@pytest.mark.parametrize("language", ["", "pt", "pt-BR"])
@pytest.mark.parametrize("sort", SORTS)
def test_a_page_is_read_from_its_place_in_an_index(full, sort, language):
    """With every filter, first page or later, forwards or back: no review of the product is walked past but for its
    filters, and only few reviews are ever sorted."""
    for stars, photos, verified in product((0, 4), (False, True), (False, True)):
        one = query(sort, stars, photos, verified, language)
        for found, place in product((5, 5_000), (None, [1] * len(columns_of(one)) + ["x"])):
            with full._reading() as session:
                hint = session.hint(page_index(one, found))
            how = plan(full, *page_statement(one, place, hint))
            assert how.startswith("SEARCH reviews USING INDEX reviews_")
            assert ("photos_" in how) == photos
            if "TEMP" in how:
                assert found == 5
                assert "tongue=?" in how or (sort == "helpful" and "rating=?" in how)
            elif "reviews_language" in how:
                assert "tongue=?" in how
            else:
                columns = ",".join((*columns_of(one), "id"))
                assert place is None or f"({columns})<(" in how
                assert not stars or "rating=?" in how or photos or verified
        with full._reading() as session:
            hint = session.hint(count_index(one))
        assert re.search("SEARCH reviews USING (COVERING )?INDEX", plan(full, *count_statement(one, hint)))


def statements_of(store, action):
    """The reading statements that a call takes."""
    seen = []
    with store._reader as connection:
        connection.set_trace_callback(seen.append)
    action()
    with store._reader as connection:
        connection.set_trace_callback(None)
    return [statement for statement in seen if statement.lstrip().startswith("SELECT")]


def test_how_many_questions_are_asked(full):
    """A section (summary and first page) takes two statements, three with filters; a later page one; 24 cards one."""

    def section(**filters):
        full.summary("mug")
        full.page(Query(product_id="mug", **filters))

    assert len(statements_of(full, section)) == 2
    for sort in SORTS:
        filtered = {"sort": sort, "stars": 4, "photos": True, "verified": True}
        assert len(statements_of(full, lambda filtered=filtered: section(**filtered))) == 3
    first = full.page(Query(product_id="mug", limit=5))
    assert len(statements_of(full, lambda: full.page(Query(product_id="mug", limit=5, after=first.next)))) == 1
    assert len(statements_of(full, lambda: full.summaries([f"p{n}" for n in range(24)]))) == 1
    assert len(statements_of(full, lambda: full.recent(photos=True))) == 1
    assert len(statements_of(full, lambda: full.answers("mug"))) == 1
    assert len(statements_of(full, lambda: full.questions("mug"))) == 1


def test_lists_of_moderators_and_exports_are_read_in_order(full):
    """Queues, recent reviews and exports sort nothing and scan nothing."""
    seen = []
    with full._reader as connection:
        connection.set_trace_callback(seen.append)
    full.queue()
    full.queue("published")
    full.queue(reported=True)
    full.recent()
    full.recent(photos=True)
    list(full.all())
    list(full.all(product_id="mug"))
    full.of_person("ann")
    full.history("r00001")
    list(full.log())
    with full._reader as connection:
        connection.set_trace_callback(None)
    asked = [statement for statement in seen if statement.startswith("SELECT")]
    assert len(asked) >= 13
    for statement in asked:
        how = plan(full, statement, ())
        assert "SCAN" not in how, statement
        assert "TEMP B-TREE" not in how or "person" in statement, statement


def test_months_are_counted_from_an_index_alone(full):
    """The texts of a product's reviews are not read to count them."""
    [statement] = statements_of(full, lambda: full.months("mug"))
    assert "USING COVERING INDEX reviews_highest" in plan(full, statement, ())


@pytest.mark.parametrize("rating", [0, 6, -1, 10**9, 4.5, "NaN", None])
def test_the_file_refuses_other_ratings(full, rating):
    """Even past the library a rating is one to five."""
    with pytest.raises(StoreError), full._writing() as session:
        session.run("UPDATE reviews SET rating = ? WHERE id = 'r00000'", (rating,))
    right(full)


def test_the_file_refuses_a_second_vote(full):
    """One row per voter and review, whoever writes it."""
    full.vote("r00000", "ann", 1)
    with pytest.raises(StoreError, match="UNIQUE"), full._writing() as session:
        session.run("INSERT INTO votes VALUES ('r00000', 'ann', 1)")
    assert full.vote("r00000", "ann", 1) == (1, 0)


def test_nothing_is_made_before_the_first_change(tmp_path):
    """Reading where there is no file finds nothing and makes nothing."""
    store = SQLiteReviewStore(tmp_path / "deep" / "reviews.db")
    assert store.page(Query(product_id="mug")).reviews == ()
    assert store.check() is None
    assert list(tmp_path.iterdir()) == []
    published(store)
    assert len(store.page(Query(product_id="mug")).reviews) == 1
    store.close()


def test_readers_cannot_write(full):
    """A connection that reads pages can neither change nor checkpoint the file."""
    with pytest.raises(StoreError, match="readonly"), full._reading() as session:
        session.run("DELETE FROM reviews")
    assert full.summary("mug").count == 40


def test_a_file_of_a_newer_version_is_left_alone(full):
    """It is neither read nor changed, and the error says what to do."""
    with full._writing() as session:
        session.run("PRAGMA user_version=99")
    full.close()
    other = SQLiteReviewStore(full.path)
    for action in (lambda: other.summary("mug"), lambda: other.vote("r00000", "ann", 1)):
        with pytest.raises(StoreError, match="newer sharekit"):
            action()
    assert "newer sharekit" in (other.check() or "")
    other.close()


def test_a_damaged_file_is_said_to_be_one(tmp_path):
    """Not a database, or one cut off: an error of the library, from reading, writing and ``check``."""
    path = tmp_path / "reviews.db"
    path.write_bytes(b"This is no database. " * 500)
    store = SQLiteReviewStore(path)
    for action in (lambda: store.summary("mug"), lambda: published(store)):
        with pytest.raises(StoreError, match=r"reviews\.db"):
            action()
    assert "not a database" in (store.check() or "")
    store.close()


def test_a_folder_that_cannot_be_written(tmp_path):
    """``check`` says so, and a change is an error of the library."""
    (tmp_path / "file").write_text("")
    store = SQLiteReviewStore(tmp_path / "file" / "reviews.db")
    with pytest.raises(StoreError):
        published(store)
    assert "cannot be written" in (store.check() or "")


def test_waiting_has_an_end(full, monkeypatch):
    """When another process holds the lock for too long, a change is refused and reading goes on."""
    monkeypatch.setattr(sqlite_module, "_PATIENCE", 0.05)
    with full._lock_path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="busy"):
            full.vote("r00000", "ann", 1)
        assert full.summary("mug").count == 40
    assert full.vote("r00000", "ann", 1) == (1, 0)


def test_a_refused_change_leaves_nothing(full):
    """An error in the middle undoes what was done before it, for the file and for the next change."""

    def fail(error):
        with full._writing() as session:
            session.run("DELETE FROM reviews")
            raise error

    for error in (RuntimeError, LookupError):
        with pytest.raises(error):
            fail(error)
    right(full)
    assert full.summary("mug").count == 40


def test_fork_with_an_open_store(full):
    """Children made while the file is open read and vote like their parent."""
    full.vote("r00000", "parent", 1)
    children = []
    for number in range(3):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                counts = [full.vote("r00000", f"child {number} {n}", 1) for n in range(10)]
                code = 0 if all(counts) and full.summary("mug").count == 40 else 2
            finally:
                os._exit(code)
        children.append(pid)
    for n in range(10):
        full.vote("r00001", f"parent {n}", 1)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
    assert full.vote("r00000", "parent", 1) == (31, 0)
    assert full.vote("r00001", "parent", 1) == (11, 0)


def test_a_file_that_is_replaced(full, tmp_path):
    """When a backup is put in place of the file, the next call sees it."""
    full.close()
    shutil.copy(full.path, tmp_path / "backup.db")
    decide(full, "r00000", "rejected")
    assert full.summary("mug").count == 39
    full.close()
    for rest in tmp_path.glob("reviews.db-*"):
        rest.unlink()
    (tmp_path / "backup.db").replace(full.path)
    assert full.summary("mug").count == 40
    full.erase("r00000", entry("r00000", "erase"))
    assert full.summary("mug").count == 39


def test_a_reader_that_never_wrote(full):
    """A process that only reads works when the writer is gone and has tidied up, and sees what comes later."""
    full.close()
    reader = SQLiteReviewStore(full.path)
    assert reader.summary("mug").count == 40
    decide(full, "r00000", "rejected")
    full.close()
    assert reader.summary("mug").count == 39
    decide(full, "r00000", "published")
    assert reader.summary("mug").count == 40
    reader.close()
    with sqlite3.connect(full.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_file_that_comes_while_it_is_missed(tmp_path, monkeypatch):
    """A reader that found no file sees the one that was made in that very moment, with its next call."""
    other = SQLiteReviewStore(tmp_path / "reviews.db")
    make_nothing = sqlite_module._empty

    def slowly():
        published(other)
        return make_nothing()

    monkeypatch.setattr(sqlite_module, "_empty", slowly)
    store = SQLiteReviewStore(tmp_path / "reviews.db")
    assert store.summary("mug").count == 0
    assert store.summary("mug").count == 1
    other.close()
    store.close()


def test_an_empty_file_is_an_empty_store(tmp_path):
    """A file of no bytes, as ``touch`` or another process leaves it for a moment, holds nothing until it is made."""
    path = tmp_path / "reviews.db"
    path.touch()
    store = SQLiteReviewStore(path)
    assert store.summary("mug").count == 0
    other = SQLiteReviewStore(path)
    published(other)
    assert store.summary("mug").count == 1
    other.close()
    store.close()
