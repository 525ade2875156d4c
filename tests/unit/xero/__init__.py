"""Xero's side without Xero: wire format, failures, reasons, limits."""
