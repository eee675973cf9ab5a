"""What the service decides: pure rules over values; the standard library alone, `now` passed in."""
