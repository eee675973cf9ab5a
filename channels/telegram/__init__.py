"""Telegram: what its phones send, read from the raw updates; what we send, through its Bot API."""

from channels.telegram.channel import Telegram

__all__ = ["Telegram"]
