"""The kinds of statement, one module each: a function from a ``Voice`` to what it can say."""
