"""A person's data: where it may lie, how it is found, and what is left when it is erased."""
