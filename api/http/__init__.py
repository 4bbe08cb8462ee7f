"""What the interface has in common: problems, entity tags, pages, idempotency."""
