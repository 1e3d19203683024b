"""HTTP and WebSocket in, wire models out. A route owns the transaction; no SQL and no rule stands here."""
