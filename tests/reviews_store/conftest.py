"""Both stores of reviews, on a file and on a server of the tests' own."""

from __future__ import annotations

import os

import pytest

from sharekit.reviews.stores import open_review_store


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request, tmp_path):
    """The address of an empty store of either kind."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path}/reviews.db"
        return
    psycopg = pytest.importorskip("psycopg")
    url, schema = request.getfixturevalue("postgres_url"), f"{tmp_path.name}-{os.getpid()}"
    yield f"{url}?schema={schema}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


@pytest.fixture
def store(store_url, tmp_path):
    """An empty store of either kind."""
    store = open_review_store(store_url, tmp_path)
    yield store
    store.close()
