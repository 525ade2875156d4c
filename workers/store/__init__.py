"""PostgreSQL: plain SQL in queries/, thin functions that run it.

Each function takes an open connection and runs inside the caller's transaction.
"""
