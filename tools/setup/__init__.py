"""Sets up a fresh machine: `python3 -m tools.setup`. Needs Python 3.9 and nothing else."""
