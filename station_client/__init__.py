"""One table's laptop: local page, scanner, journal, replica and the link to the server."""
