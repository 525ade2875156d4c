"""Mintsoft's side: the only code that talks to Mintsoft's REST API."""
