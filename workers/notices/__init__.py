"""What people are told about a connection: when, in which words, and by which way.

Deciding and wording are pure; only :mod:`mail` and :mod:`hook` speak to anybody.
"""
