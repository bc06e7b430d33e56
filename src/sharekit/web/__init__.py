"""HTTP without a framework."""
