"""Checks of recorded HTTP traffic against the API descriptions that Xero publishes."""
