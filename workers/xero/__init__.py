"""Xero's side: the only code that talks to Xero, its identity service and its limits."""
