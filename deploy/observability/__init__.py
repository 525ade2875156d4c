"""Dashboards, alerts and runbooks: what those who watch the fleet need, kept with its code."""
