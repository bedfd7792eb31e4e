"""What: the catalogue, one reader per source, aggregates and the conductor of a fetch."""
