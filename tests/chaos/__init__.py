"""Everything at once, at random, from a seed that is printed."""
