"""The lint rules: one module each, named like its code, with a value RULE. Never lists them itself."""
