"""What carriers of texts share: the spelling of numbers, the count of parts, and their calls."""
