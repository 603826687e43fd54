"""Files to rows: scan → diff → load → plan → apply, for any scope. Owns the protocols of the tree and the store."""
