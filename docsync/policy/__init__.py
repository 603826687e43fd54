"""Decisions that need time: when to look, grace periods of missing and broken files, which deletions are meant. No I/O."""
