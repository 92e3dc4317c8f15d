"""What every part of the HTTP interface shares: problems, keys, pages, idempotency."""
