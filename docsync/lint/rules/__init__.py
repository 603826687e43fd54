"""The lint rules: one module each, named like its code, with one value RULE. Never lists them: docsync.registry does."""
