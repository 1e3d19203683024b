"""One file a version; a version that has been used is never changed."""
