"""A simulated OpenID provider: discovery, log-in page, token endpoint, keys that rotate."""
