"""One command for a municipality to try: a practice Ballerup with a server, two tables and voters who come."""
