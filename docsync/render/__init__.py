"""A stored prompt and its inputs to a request for a model. Reads no file and no database."""
