"""The writes. Each takes a connection, asks the domain, calls queries. No HTTP."""
