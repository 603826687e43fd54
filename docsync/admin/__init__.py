"""The admin endpoint of a running daemon and the client for it.

Imports nothing: the client must start fast.
"""
