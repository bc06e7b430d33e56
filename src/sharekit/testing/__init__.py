"""What users need in their own tests: contracts that a sink or a store of their own can be held to."""
