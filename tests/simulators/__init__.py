"""Stateful stand-ins for Xero and Mintsoft, as strict as the real services.

They are test equipment: nothing here imports the fleet, and the fleet knows only base URLs.
"""
