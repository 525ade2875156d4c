"""The fleet's own pure parts."""
