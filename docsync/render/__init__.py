"""A stored prompt and its inputs to a request for a model. Reads files of keys, and prompts for lines."""
