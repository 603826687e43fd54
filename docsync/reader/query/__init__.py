"""Questions: conditions, search, orders, pages. What people write, and the SQL that it becomes."""
