"""One batch: scan → diff → load → plan → apply. Never decides when it runs."""
