"""The fleet on paper: what so many organisations and documents need, and a simulation where
measuring ends. `make scale` prints the tables of docs/scale.md.
"""
