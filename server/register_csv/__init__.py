"""The register file (docs/register-csv.md): read as a stream, checked to the last field, without any database."""
