"""What SQLite and PostgreSQL have in common as stores of reviews: everything but connections and locks."""
