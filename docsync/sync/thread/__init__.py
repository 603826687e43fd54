"""The thread that syncs: what wakes it, what it answers, how it holds for Git. Never decides about a file."""
