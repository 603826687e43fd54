"""The rescan beside the sync thread: a walk, what differs, and its delivery. Never marks anything."""
