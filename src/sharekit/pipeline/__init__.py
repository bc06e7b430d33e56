"""From recorded to delivered: a durable journal, and delivery to the sinks."""
