"""The console: pages for people, health for machines. Needs PostgreSQL; Xero only to connect."""
