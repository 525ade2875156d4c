"""A private PostgreSQL and RabbitMQ for one machine: demo, tests, a developer's desk.

Invariant: whatever is started here ends with the process that asked for it, and never touches a
server, a user's home or a port that was there before. It is no way to run production: see
deploy/compose and deploy/kubernetes for that.
"""
