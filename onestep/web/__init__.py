"""What people see in a browser: the demo's phones and a client's record."""
