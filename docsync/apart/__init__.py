"""Processes of their own for work that must be possible to end, whatever it is at. Never does any of it."""
