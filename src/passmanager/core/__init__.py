"""Pure code: no network, no files."""
