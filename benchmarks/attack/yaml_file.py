"""YAML files of 1 MiB that were written to cost as much as they can."""

from benchmarks.attack.filling import Shapes, filled

YAML: Shapes = {
    "comments of a megabyte": lambda: filled("a: 1\n", "# a\n"),
    "line breaks of a megabyte": lambda: filled("a: 1\n", "\n"),
    "a text of a megabyte": lambda: filled("a: ", "x"),
    "a text of a megabyte, and an emoji": lambda: filled("b: \U0001f600\na: ", "x"),
    "a text of words": lambda: filled("a: ", "x "),
    "a quoted text of a megabyte": lambda: filled('a: "', "\\x01", '"'),
    "a quoted text of line breaks": lambda: filled('a: "', "\n", '"'),
    "a literal text": lambda: filled("a: |\n", " x\n"),
    "a folded text": lambda: filled("a: >\n", " x\n"),
    "a flow list of a megabyte": lambda: filled("a: [", "a", "]", between=","),
    "long values": lambda: filled("a:\n", "- " + "x" * 70 + "\n"),
    "aliases of long texts": lambda: filled(f"x: &a {'b' * 500_000}\na: [", "*a", "]", between=","),
    "a long key": lambda: filled("? ", "x", "\n: [no, no, no, no, no, no, no, no, no, no, no, no, no]"),
    "secrets under a long key of dots": lambda: filled("? ", "x.", "\n: {secrets: [a, b, c, d, e, f, g]}"),
    "an error at the end": lambda: filled("a: 1\n", "# a\n", "}"),
    "a control character at the end": lambda: filled("a: ", "x", "\x07"),
    "almost base-60": lambda: filled("a: 1", ":1", "x"),
    "almost a base-60 fraction": lambda: filled("a: 1", ":1", ".5x"),
    "base-60 of a megabyte": lambda: filled("a: 1", ":1"),
    "digits of a megabyte": lambda: filled("a: ", "1"),
    "underscores of a megabyte": lambda: filled("a: 1", "_"),
    "tabs": lambda: filled("a: 1", "\t"),
    "anchors of a megabyte": lambda: filled("a: &", "x", " y"),
    "tags of a megabyte": lambda: filled("a: !", "x", " y"),
    "document starts": lambda: filled("a: 1\n", "---\n"),
    "document ends": lambda: filled("a: 1\n", "...\n"),
    "directives": lambda: filled("", "%A\n", "---\na: 1\n"),
}
