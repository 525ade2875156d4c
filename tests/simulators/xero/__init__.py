"""A stateful stand-in for Xero's Accounting API, its connections and its identity service."""
