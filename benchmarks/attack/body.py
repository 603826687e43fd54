"""Prompts whose bodies of 1 MiB were written to cost as much as they can."""

import random

from benchmarks.attack.filling import Shapes, body, filled
from benchmarks.tree import prompt


def ordinary_prompt() -> bytes:
    rand = random.Random(1)
    head, _, tail = prompt(rand, 1).partition("system:")
    return filled(head, f"system:{tail}")


BODIES: Shapes = {
    "ordinary prompts in one": ordinary_prompt,
    "a body of blanks": lambda: filled("", " ", "x"),
    "a body of tabs": lambda: filled("", "\t", "---\na: 1\n---\n"),
    "blanks before the fence": lambda: filled("", "\n", "---\na: 1\n---\nx"),
    "form feeds before the fence": lambda: filled("", "\f", "---\na: 1\n---\nx"),
    "blanks after the fence": lambda: filled("---", " ", "\na: 1\n---\nx"),
    "blanks, no fence": lambda: filled("name: A\n", "          \n"),
    "lines that are nearly a fence": lambda: filled("---\na: 1\n", "  --- x\n"),
    "many fences": lambda: filled("---\na: 1\n", "---\n"),
    "indented fences": lambda: filled("---\na: 1\n", " ---\n"),
    "no closing fence": lambda: filled("---\n", "a\n"),
    "line breaks": lambda: body("\n"),
    "CRLF": lambda: body("\r\n"),
    "controls": lambda: body("\x01"),
    "controls and an emoji": lambda: body("\x01", "\U0001f600"),
    "quotes and an emoji": lambda: body('"', "\U0001f600"),
    "letters and an emoji": lambda: body("x", "\U0001f600"),
    "emoji": lambda: body("\U0001f600"),
    "system": lambda: body("system"),
    "system and blanks": lambda: body("system "),
    "roles": lambda: body("system:\n"),
    "roles and blanks": lambda: body("user:\n\n", "system:\n"),
    "roles in CR": lambda: body("system:\r"),
    "almost roles": lambda: body("system:|\n"),
    "roles within lines": lambda: body("x system:\n"),
    "roles after many blanks": lambda: body("    # system:\n"),
    "a role after a million blanks": lambda: body(" ", tail="system:\n"),
    "attributes never closed": lambda: body("system[a=", matter="model:\n  provider: x"),
    "attributes never closed, quoted": lambda: body('system[a="', matter="model:\n  provider: x"),
    "attributes with commas": lambda: body("a=b,", "system[", "\n", matter="model:\n  provider: x"),
    "attributes closed": lambda: body("a=b,", "system[", "]:\n", matter="model:\n  provider: x"),
    "attributes of different keys": lambda: body(
        lambda n: f"{n:x}=b,", "system[", "]:\n", matter="model:\n  provider: x"
    ),
    "attributes of one long key": lambda: body("a", "system[", "\n", matter="model:\n  provider: x"),
    "attributes of words": lambda: body("system[a", matter="model:\n  provider: x"),
    "attributes, many roles": lambda: body("system[a=1,b=2]:\n", matter="model:\n  provider: x"),
    "images": lambda: body("![a](b)\n", matter="authors: [a]\nmodel:\n  api: chat"),
    "images never closed": lambda: body("![", matter="authors: [a]"),
    "images without a beginning": lambda: body("](b)", "![", matter="authors: [a]"),
    "images of web pages": lambda: body("![](//b)", matter="authors: [a]"),
    "images with blanks": lambda: body("![](", matter="authors: [a]"),
    "images among tags": lambda: body(
        "{{a}}", "".join(f"![a](b{n})\n" for n in range(100)), matter="authors: [a]"
    ),
    "images with long text": lambda: body("![x](http://" + "x" * 900 + ")", matter="authors: [a]"),
    "threads": lambda: body("![thread]\n", matter="model:\n  connection:\n    type: x"),
    "opening braces": lambda: body("{"),
    "tags never closed": lambda: body("{{ "),
    "comments never closed": lambda: body("{# "),
    "closing braces": lambda: body("}}", "{{ a }}"),
    "many tags": lambda: body("{{a}}"),
    "many small tags": lambda: filled("", "{{a}}", size=10_000),
    "2 000 variables": lambda: body("x", "".join(f"{{{{a{n}}}}}" for n in range(2000))),
    "variables of one letter more": lambda: body("x", "".join(f"{{{{{'a' * n}}}}}" for n in range(1, 200))),
    "a name of 30 000 letters, and short ones": lambda: body(
        "x", "{{" + "a" * 30_000 + "}}" + "".join(f"{{{{{'a' * n}}}}}" for n in range(1, 50))
    ),
    "a tag of dots": lambda: body("x", "{{a" + ".a" * 15_000 + "}}"),
    "a tag of additions": lambda: body("x", "{{a" + "+a" * 5_900 + "}}"),
    "a tag of brackets": lambda: body("x", "{{" + "[" * 5_000 + "}}"),
    "a tag of filters": lambda: body("x", "{{a" + "|b" * 5_900 + "}}"),
    "a tag of commas": lambda: body("x", "{{[" + "a," * 5_900 + "]}}"),
    "a tag of comparisons": lambda: body("x", "{{a" + "<a" * 5_900 + "}}"),
    "a tag of texts": lambda: body("x", "{{" + '"a"' * 9_000 + "}}"),
    "a tag of underscores": lambda: body("x", "{{" + "1_" * 15_000 + "}}"),
    "a tag of digits": lambda: body("x", "{{" + "1" * 32_000 + "}}"),
    "a tag of fractions": lambda: body("x", "{{" + "1." * 15_000 + "}}"),
    "a tag of backslashes": lambda: body("x", '{{"' + "\\" * 31_000 + "}}"),
    "loops": lambda: body("x", "{% for a in b %}" * 80 + "{{a}}" + "{% endfor %}" * 80),
    "conditions in a row": lambda: body("x", "{% if a %}{% set b=1 %}{% endif %}" * 660),
    "else-ifs": lambda: body("x", "{% if a %}" + "{% elif a %}{% set c=1 %}" * 900 + "{% endif %}"),
    "raw blocks": lambda: body("x", "{% raw %}{% endraw %}" * 900),
    "raw blocks never closed": lambda: body("x", "{% raw %}" * 1900),
    "text between tags": lambda: filled("", "-", "{{b}}", size=260_000),
    "blanks between tags": lambda: body("x", "{{a}}" + " " * 250_000 + "{{b}}"),
    "lines between tags": lambda: body("x", "{{a}}" + "\n" * 250_000 + "{%- if b %}{% endif %}"),
    "braces between tags": lambda: body("x", "{{a}}" + "{ " * 120_000 + "{{b}}"),
    "mustache sections": lambda: body("x", "{{#a}}" * 900 + "{{/a}}" * 900),
    "mustache names": lambda: body("x", "{{#a}}{{/a}}" + "".join(f"{{{{b{n}}}}}" for n in range(1900))),
    "mustache marks": lambda: body("a b ", "{{#x}}{{/x}}{{=a b=}}"),
    "mustache marks never closed": lambda: body("a ", "{{#x}}{{/x}}{{=a b=}}"),
}
