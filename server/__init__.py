"""The register: one FastAPI process, one database."""
