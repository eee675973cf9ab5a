"""Serve one turn at a time from the trained model, keeping nothing between turns."""
