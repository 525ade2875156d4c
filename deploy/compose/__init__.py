"""The set-up of one machine by Docker Compose, and the example of its settings."""
