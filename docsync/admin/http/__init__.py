"""HTTP itself: connections, admission, bodies, queries, answers. Knows no route."""
