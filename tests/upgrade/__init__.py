"""A release replaced by the next one, and the next one by the one before, under load."""
