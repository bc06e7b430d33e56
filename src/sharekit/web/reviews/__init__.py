"""Pages and posts of reviews: write, confirm, change, vote, report, ask, and the list by itself."""
