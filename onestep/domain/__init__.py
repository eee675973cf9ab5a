"""What the service decides: pure rules over values, standard library alone, `now` passed in."""
