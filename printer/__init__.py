"""Paper: from a value to a PDF page."""
