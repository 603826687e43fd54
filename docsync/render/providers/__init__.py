"""Requests as the providers' own SDKs take them: one module an API."""
