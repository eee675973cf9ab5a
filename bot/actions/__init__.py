"""How Onestep talks: pure rasa-sdk actions that answer with replies, commands and slot events."""
