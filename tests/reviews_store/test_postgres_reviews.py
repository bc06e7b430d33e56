"""Reviews in PostgreSQL: the contract, and what is special about a server."""

from __future__ import annotations

import os
import socket
import threading
from urllib.parse import quote

import pytest

from sharekit.exceptions import StoreError
from sharekit.reviews.store import Query
from sharekit.reviews.stores import open_review_store
from sharekit.testing import ReviewStoreContract
from sharekit.testing.reviews.base import published, review, right

psycopg = pytest.importorskip("psycopg")
sql = pytest.importorskip("psycopg.sql")
postgres_module = pytest.importorskip("sharekit.reviews.postgres")


class TestPostgresReviewStore(ReviewStoreContract):
    """A store on a real server, each test in a schema of its own."""

    @pytest.fixture(autouse=True)
    def server(self, postgres_url):
        """The server of the tests."""
        self.url = postgres_url
        self.schemas = set()
        yield
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            for schema in self.schemas:
                connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')

    def make_store(self, folder):
        """The schema of the test."""
        schema = f"{folder.name}-{os.getpid()}"
        self.schemas.add(schema)
        return open_review_store(f"{self.url}?schema={schema}", folder)


@pytest.fixture
def store(postgres_url, tmp_path):
    """A store in a schema of the test's own, with 40 reviews."""
    schema = f'{tmp_path.name} "{os.getpid()}'
    store = open_review_store(f"{postgres_url}?schema={quote(schema)}&application_name=reviews", tmp_path)
    store.add_many([review(number, status="published") for number in range(40)])
    yield store
    store.close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


def sessions(url):
    """Ids of the server's processes that serve the store."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'reviews'").fetchall()
    return {pid for (pid,) in found}


def test_connections_that_were_cut_off_are_made_again(store, postgres_url):
    """After the server ended every session, the next call works as if nothing had happened."""
    assert store.vote("r00000", "ann", 1) == (1, 0)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for pid in sessions(postgres_url):
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    assert store.vote("r00000", "bob", 1) == (2, 0)
    assert store.summary("mug").count == 40


def test_fork_with_open_connections(store, postgres_url):
    """Children vote over connections of their own, and the parent's go on."""
    store.vote("r00000", "parent", 1)
    before = sessions(postgres_url)
    children = []
    for number in range(3):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                counts = [store.vote("r00000", f"child {number} {n}", 1) for n in range(10)]
                code = 0 if all(counts) and store.summary("mug").count == 40 else 2
            finally:
                os._exit(code)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
    assert store.vote("r00000", "parent 2", 1) == (32, 0)
    assert sessions(postgres_url) == before


def test_a_change_waits_only_so_long(store, postgres_url, monkeypatch):
    """While somebody holds the row of a review, a vote on it gives up with an error of the library; pages are read."""
    monkeypatch.setattr(postgres_module, "_PATIENCE", 1)
    with psycopg.connect(postgres_url) as connection:
        table = sql.Identifier(store._schema, "reviews")
        connection.execute(sql.SQL("SELECT 1 FROM {} WHERE id = 'r00000' FOR UPDATE").format(table))
        with pytest.raises(StoreError, match="lock timeout"):
            store.vote("r00000", "ann", 1)
        assert store.vote("r00001", "ann", 1) == (1, 0)
        assert len(store.page(Query(product_id="mug")).reviews) == 20
        connection.rollback()
    assert store.vote("r00000", "ann", 1) == (1, 0)


def test_votes_on_one_review_from_many_threads(store):
    """Forty voters at once, ten connections: each counts, and no more connections stay open than are kept idle."""
    threads = [threading.Thread(target=store.vote, args=("r00000", f"v{n}", 1)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.vote("r00000", "v0", 1) == (40, 0)
    assert len(store._idle) <= 8
    right(store)


def test_a_server_that_is_not_there(tmp_path):
    """Nothing is connected before it is needed; then the error names what is wrong, and ``check`` does."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        store = open_review_store(f"postgres://nobody@127.0.0.1:{taken.getsockname()[1]}/none", tmp_path)
        with pytest.raises(StoreError, match="PostgreSQL"):
            published(store)
        assert "PostgreSQL" in (store.check() or "")
        store.close()


def test_tables_of_a_newer_version_are_left_alone(store, postgres_url, tmp_path):
    """They are neither read nor changed, and the error says what to do."""
    with store._writing() as session:
        session.run("UPDATE about SET version = 99")
    other = open_review_store(f"{postgres_url}?schema={quote(store._schema)}", tmp_path)
    with pytest.raises(StoreError, match="newer sharekit"):
        other.summary("mug")
    assert "newer sharekit" in (other.check() or "")
    other.close()


@pytest.mark.parametrize("rating", [0, 6, 10**9])
def test_the_table_refuses_other_ratings(store, rating):
    """Even past the library a rating is one to five."""
    with pytest.raises(StoreError), store._writing() as session:
        session.run("UPDATE reviews SET rating = ? WHERE id = 'r00000'", (rating,))
    right(store)
