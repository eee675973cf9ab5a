"""What can go wrong in a use case.

ServiceError
├── UnknownClient       there is no such client
├── NotInHandOff        a coach's words were given, but no hand-off is open for this client
└── UnknownQuestion     there is no question type of this name
"""


class ServiceError(Exception):
    """The service could not do what was asked."""


class UnknownClient(ServiceError):
    """There is no such client here."""


class NotInHandOff(ServiceError):
    """No hand-off is open for this client: open one first."""


class UnknownQuestion(ServiceError):
    """There is no question type of this name."""
