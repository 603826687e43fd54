"""Front matter of 64 KiB that was written to cost as much as it can."""

from benchmarks.attack.filling import Shapes, front

FRONT_MATTER: Shapes = {
    "keys": lambda: front(lambda n: f"{n:x}: a"),
    "many values": lambda: front("- a", "a:"),
    "a flow list": lambda: front("a", "a: [", "]", between=","),
    "empty mappings": lambda: front("{}", "a: [", "]", between=","),
    "duplicates": lambda: front("a: 1"),
    "surprises": lambda: front("no", "a: [", "]", between=","),
    "surprises far down": lambda: front("no", "a: " + "{x: " * 50 + "[", "]" + "}" * 50, between=","),
    "surprises under a long key": lambda: front("no", f"? {'x' * 30_000}\n: [", "]", between=","),
    "unknown tags": lambda: front("!x a", "a: [", "]", between=","),
    "unknown tags under a long key": lambda: front("!x a", f"? {'x' * 30_000}\n: [", "]", between=","),
    "keys that are no text": lambda: front(lambda n: f"{n}: a"),
    "base-60 numbers": lambda: front("1:1", "a: [", "]", between=","),
    "long base-60 numbers": lambda: front("1" + ":1" * 2100, "a: [", "]", between=","),
    "long numbers": lambda: front("1" * 4200, "a: [", "]", between=","),
    "underscores": lambda: front("1_", "a: 1", "", between=""),
    "big numbers": lambda: front("99999999999999999999", "a: [", "]", between=","),
    "fractions": lambda: front("1.5", "a: [", "]", between=","),
    "dates": lambda: front("2024-01-01 00:00:00", "a: [", "]", between=","),
    "anchors": lambda: front(lambda n: f"- &{n:x} a", "a:"),
    "aliases": lambda: front("*a", "x: &a b\na: [", "]", between=","),
    "aliases of a text": lambda: front("*a", f"x: &a {'b' * 60}\na: [", "]", between=","),
    "aliases of a long text": lambda: front("*a", f"x: &a {'b' * 20_000}\na: [", "]", between=","),
    "aliases of controls": lambda: front("*a", 'x: &a "' + "\\x01" * 62 + '"\na: [', "]", between=","),
    "aliases of controls and an emoji": lambda: front(
        "*a", 'y: "\U0001f600"\nx: &a "' + "\\x01" * 62 + '"\na: [', "]", between=","
    ),
    "aliases of lists of controls": lambda: front(
        "*a", 'x: &a ["' + '","'.join(["\\x01" * 62] * 50) + '"]\na: [', "]", between=","
    ),
    "aliases as inputs": lambda: front(
        lambda n: f"  i{n}: *a", 'x: &a {default: "' + "\\x01" * 62 + '"}\ninputs:', between="\n"
    ),
    "merges": lambda: front(
        lambda n: f"a{n}: {{<<: *b}}", "b: &b {" + ",".join(f"k{n}: 1" for n in range(9)) + "}"
    ),
    "a chain of merges": lambda: front(
        lambda n: f"x{n}: y",
        "a0: &a0 {}\n" + "\n".join(f"a{n}: &a{n} {{<<: *a{n - 1}, b: c}}" for n in range(1, 140)),
    ),
    "a chain of merges with a secret": lambda: front(
        "x",
        "a0: &a0 {token: x}\n"
        + "\n".join(f"a{n}: &a{n} {{<<: *a{n - 1}}}" for n in range(1, 190))
        + "\nz: [",
        "]",
        between=",",
    ),
    "tag directives": lambda: b"%TAG !a! tag:a\n" * 4000 + b"--- {a: 1}\n",
    "comments": lambda: front("# a"),
    "blank lines": lambda: front(""),
    "folded text": lambda: front(" a\n", "a: >", between="\n"),
    "quoted text": lambda: front("\\n", 'a: "', '"', between=""),
    "escapes": lambda: front("\\U0001F600", 'a: "', '"', between=""),
    "a NUL at the end": lambda: front("\\\\", 'a: "', '\\0"', between=""),
    "half a pair at the end": lambda: front("\\\\", 'a: "', '\\ud800"', between=""),
    "deep lists": lambda: front("[" * 90 + "]" * 90, "a: [", "]", between=","),
    "too deep at the end": lambda: front("[]", "a: [", "," + "[" * 120 + "]" * 120 + "]", between=","),
    "block lists": lambda: front("- " * 60 + "a", "a:\n ", between="\n "),
    "indentation": lambda: front(lambda n: " " * min(n, 90) + "a:"),
    "complex keys": lambda: front("? a\n: b"),
    "an error at the end": lambda: front("a: 1", tail="\n}"),
    "references": lambda: front("- ${env:A}", "a:"),
    "references with long places": lambda: front("- ${env:A}", f"? {'x' * 30_000}\n:"),
    "references to files": lambda: front("- ${file:a}", "a:"),
    "references to files with long places": lambda: front("- ${file:a}", f"? {'x' * 30_000}\n:"),
    "a reference to a file of a long name": lambda: front("a/", "a: ${file:", "}", between=""),
    "references up and up": lambda: front("../", "a: ${file:", "}", between=""),
    "specifications": lambda: front("- {specification: a}", "tools:"),
    "inputs": lambda: front(lambda n: f"  {n:x}: a", "inputs:"),
    "inputs and variables": lambda: front(
        lambda n: f"  abc{n:x}d: a", "inputs:", body="".join(f"{{{{abd{n:x}c}}}}\n" for n in range(2000))
    ),
    "ten long inputs and variables": lambda: front(
        lambda n: f"  {'ab' * 1500}{n:x}d: a",
        "inputs:",
        body="".join(f"{{{{{'ba' * 700}{n:x}c}}}}\n" for n in range(20)),
    ),
    "listed inputs of dots": lambda: front("x.", 'inputs:\n- name: "', '"', between=""),
    "inputs of 30 000 letters": lambda: front(
        "ab",
        "inputs:\n- name: ",
        body="".join(f"{{{{{'ba' * 700}{n:x}c}}}}\n" for n in range(20)),
        between="",
    ),
    "inputs with samples": lambda: front(
        lambda n: f"  {n:x}: a", "sample:\n" + "\n".join(f"  {n:x}: a" for n in range(3000)) + "\ninputs:"
    ),
    "tools with bindings": lambda: front("  - {bindings: {a: b}}", "tools:"),
    "secrets": lambda: front("- a", "secrets:"),
    "secrets under a long key": lambda: front("- a", f"? {'x.' * 15_000}secrets\n:"),
    "secrets under keys": lambda: front(lambda n: f"{n:x}token: a"),
    "an unused input at the end": lambda: front(lambda n: f"- {n:x}", "a:", "\ninputs:\n  z: 1"),
}
