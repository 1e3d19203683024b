"""One SQL statement per named function: connection first, domain values out, never a commit."""
