"""The moderators' page: what waits, what was reported, every decision."""
