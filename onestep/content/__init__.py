"""The wording of a service: read, checked, said. Imports nothing of ours but itself."""
