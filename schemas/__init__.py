"""What crosses a border, as pydantic models: events, Mintsoft's documents, settings, mappings."""
