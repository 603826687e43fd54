"""The command line.

The only place that prints; imports nothing itself, so that a command loads only what it needs.
"""
