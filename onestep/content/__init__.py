"""The wording of a service: read, checked, said. Imports nothing of ours but itself."""

from onestep.content.concern import Hours, concern_reply
from onestep.content.conduct import Breach, check_text, quote_breach
from onestep.content.errors import (
    ContentError,
    ContentFaults,
    Fault,
    MissingValue,
    RenderError,
    UnknownChoice,
    UnknownLanguage,
    UnknownUtterance,
)
from onestep.content.load import available_languages, inspect, load, reload, require_language
from onestep.content.model import Area, Content, Route, Stage
from onestep.content.render import Choice, Outgoing, Prompt, Rendered, Reply, render, reply_from
from onestep.content.sequence import Found, Line, check_conversation, find_breaches

__all__ = [
    "Area",
    "Breach",
    "Choice",
    "Content",
    "ContentError",
    "ContentFaults",
    "Fault",
    "Found",
    "Hours",
    "Line",
    "MissingValue",
    "Outgoing",
    "Prompt",
    "RenderError",
    "Rendered",
    "Reply",
    "Route",
    "Stage",
    "UnknownChoice",
    "UnknownLanguage",
    "UnknownUtterance",
    "available_languages",
    "check_conversation",
    "check_text",
    "concern_reply",
    "find_breaches",
    "inspect",
    "load",
    "quote_breach",
    "reload",
    "render",
    "reply_from",
    "require_language",
]
