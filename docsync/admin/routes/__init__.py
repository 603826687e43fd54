"""The routes, one module for each group of paths. Each describes itself for /openapi.json."""
