"""Paper: what is printed is read back."""
