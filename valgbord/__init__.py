"""The valgbord command: one thin layer above the server and the table."""
