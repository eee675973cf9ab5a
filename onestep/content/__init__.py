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
from onestep.content.in_force import ContentInForce
from onestep.content.load import available_languages, inspect, load, reload, require_language
from onestep.content.model import Area, Content, Route, Stage
from onestep.content.render import render
from onestep.content.sequence import Found, check_conversation, find_breaches
from onestep.content.transcript import Line
from onestep.content.turn import Choice, Outgoing, Prompt, Rendered, Reply, reply_from

__all__ = [
    "Area",
    "Breach",
    "Choice",
    "Content",
    "ContentError",
    "ContentFaults",
    "ContentInForce",
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
