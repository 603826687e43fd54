"""A database that is kept sound: checked, repaired, rebuilt, backed up, restored; and one-shot syncs."""
