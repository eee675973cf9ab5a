"""Where in the coaches' pages something is, as a notice can say it."""

from onestep.services.app import App


def thread(app: App, client_id: str) -> str | None:
    """The talk with this client; None where the service has no address of its own."""
    return f"{app.public_url.rstrip('/')}/clients/{client_id}/thread" if app.public_url else None


def alert(app: App, ref: str) -> str | None:
    """The card of an alert, by its reference or id; None as above."""
    return f"{app.public_url.rstrip('/')}/alerts/{ref}" if app.public_url else None


def today(app: App) -> str | None:
    """What needs a person; None as above."""
    return f"{app.public_url.rstrip('/')}/" if app.public_url else None
