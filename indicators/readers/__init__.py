"""One reader per source: the publisher's file in, one tidy table out."""
