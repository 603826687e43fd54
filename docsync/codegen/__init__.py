"""The documents of a project as types, in Python and TypeScript. Opens neither database nor file."""
