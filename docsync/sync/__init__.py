"""Files to rows, for any scope. Owns the protocols of the tree and the store."""
