"""Where: areas, systems, editions, boundaries, the store, and the only download code."""
