"""What must not be missed: the concern screen, which reads every message before all else."""

from onestep.safety.door import likely_request, ready, screen
from onestep.safety.errors import ModelError, RulesError, SafetyError
from onestep.safety.lines import screen_lines
from onestep.safety.verdict import (
    Category,
    Hit,
    Level,
    Request,
    ScreenContext,
    Span,
    Unread,
    Verdict,
)

__all__ = [
    "Category",
    "Hit",
    "Level",
    "ModelError",
    "Request",
    "RulesError",
    "SafetyError",
    "ScreenContext",
    "Span",
    "Unread",
    "Verdict",
    "likely_request",
    "ready",
    "screen",
    "screen_lines",
]
