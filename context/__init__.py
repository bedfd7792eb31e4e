"""So what: requests, comparisons, statements, maps, and the command line."""
