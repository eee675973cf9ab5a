"""What we do: one use case per module."""
