"""How we reach people: one module for each provider, nothing about check-ins."""
