"""What we keep: models, queries, sessions and migrations."""
