"""What the broker must hold before the fleet comes: queues, policies, and a user for each role.

``definitions.json`` is written from ``events/topology.py`` and ``workers/broker.py`` and compared
with them by ``make check``; it holds no password, so nobody can sign in by it alone.
"""
