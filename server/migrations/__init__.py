"""Every version of the database's shape, oldest first. ``server.migrate`` runs them."""
