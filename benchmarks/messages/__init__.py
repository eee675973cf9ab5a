"""Counts what a SIGKILL costs: messages lost, doubled, out of order, for us and for others."""
