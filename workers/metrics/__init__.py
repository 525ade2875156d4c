"""What the fleet says of itself to Prometheus.

Invariant: every label takes its values from a list that is known beforehand, so that neither a
customer's data nor a swarm of odd requests can make series without end; what is not on the list
is counted as ``other``. Names follow Prometheus: base units, ``_total`` for what only grows.
"""
