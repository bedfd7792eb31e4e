"""One module per page of the dashboard, each a function that draws a ``Context``."""
