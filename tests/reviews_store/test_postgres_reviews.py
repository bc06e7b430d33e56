"""Reviews in PostgreSQL: the contract, and what is special about a server."""

from __future__ import annotations

import os

import pytest

from sharekit.reviews.stores import open_review_store
from sharekit.testing import ReviewStoreContract

psycopg = pytest.importorskip("psycopg")


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
