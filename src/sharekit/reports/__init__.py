"""From stored events to answers."""
