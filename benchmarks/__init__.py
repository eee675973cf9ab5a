"""Measures Onestep beside stock Rasa: `python -m benchmarks`."""
