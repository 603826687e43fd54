"""What people see: lines, tables, colors, progress. Asks no database and no daemon."""
