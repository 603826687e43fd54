"""A stored prompt and its inputs to a request for a model. Reads nothing but files of keys."""
