"""What coaches see: sign-in, Today, alerts, threads, clients and the service's own page."""
