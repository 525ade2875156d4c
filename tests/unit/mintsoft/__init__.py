"""Mintsoft's side without Mintsoft."""
