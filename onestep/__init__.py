"""The service: check-ins between coaching sessions."""
