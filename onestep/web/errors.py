"""What can go wrong with the web part.

WebError
└── PortTaken   nobody can listen there; the message names the setting
"""


class WebError(Exception):
    """The web part could not do what was asked."""


class PortTaken(WebError):
    """The port cannot be listened on."""
