"""What: the catalogue of measures, one reader per source, aggregates and the conductor of a fetch."""
