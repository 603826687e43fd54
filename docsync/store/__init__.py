"""The SQLite side: opening, writing and reading the database file. Never looks at the file tree."""
