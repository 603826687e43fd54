"""Decisions that need time: when to look, how long bad news must last, which deletions are meant. No I/O."""
