"""Finds the variables and partials that a Mustache template wants. Never renders, never opens a partial."""

from docsync.formats.limits import LIMITS
from docsync.formats.prompty.template_error import SYNTAX, TOO_LARGE, TemplateError

_OPEN, _CLOSE = "{{", "}}"


def mustache_variables(template: str) -> set[str]:
    """First parts of all names in *template*, those of sections too, or TemplateError with the line."""
    scanner = _MustacheScanner(template)
    scanner.run()
    return scanner.names


def mustache_partials(template: str) -> list[str]:
    """The names of the partials in *template*, in their order, or TemplateError with the line."""
    scanner = _MustacheScanner(template)
    scanner.run()
    return scanner.partials


class _MustacheScanner:
    def __init__(self, template: str) -> None:
        self._template = template
        self._open, self._close = _OPEN, _CLOSE
        self._sections: list[tuple[str, int]] = []
        self.names: set[str] = set()
        self.partials: list[str] = []

    def run(self) -> None:
        """Go through all tags. Raises TemplateError."""
        at = self._template.find(self._open)
        tags = 0
        while at != -1:
            tags += 1
            if tags > LIMITS.template_tags:
                raise self._error(f"more than {LIMITS.template_tags} template tags", at, TOO_LARGE)
            self._tag(at, self._content(at))
            at = self._template.find(self._open, self._end)
        if self._sections:
            name, opened = self._sections[-1]
            raise self._error(f"section '{name}' is never closed", opened)

    def _content(self, at: int) -> str:
        start = at + len(self._open)
        # Of `{{{x}}}` the inner braces belong to the tag.
        close = (
            "}" + self._close
            if self._open == _OPEN and self._template.startswith("{", start)
            else self._close
        )
        end = self._template.find(close, start)
        if end == -1:
            raise self._error("a tag is never closed", at)
        self._end = end + len(close)
        return self._template[start:end].strip()

    def _tag(self, at: int, content: str) -> None:
        sign, name = content[:1], content[1:].strip()
        if sign == "!":
            return
        if sign == ">":
            self.partials.append(name)
        elif sign == "=":
            self._change_delimiters(at, name)
        elif sign == "/":
            self._close_section(at, name)
        elif sign in ("#", "^"):
            self._sections.append((name, at))
            self._add(at, name)
        else:
            self._add(at, name if sign in ("&", "{") else content)

    def _add(self, at: int, name: str) -> None:
        first = name.split(".", 1)[0].strip()
        if first:
            self.names.add(first)
        elif name != ".":
            raise self._error("a tag without a name", at)

    def _close_section(self, at: int, name: str) -> None:
        if not self._sections or self._sections.pop()[0] != name:
            raise self._error(f"'/{name}' closes no section", at)

    def _change_delimiters(self, at: int, written: str) -> None:
        parts = written.removesuffix("=").split()
        if len(parts) != 2:
            raise self._error("delimiters are changed as {{=<% %>=}}", at)
        self._open, self._close = parts

    def _error(self, message: str, at: int, code: str = SYNTAX) -> TemplateError:
        before = self._template[:at]
        line = before.count("\n") + before.count("\r") - before.count("\r\n") + 1
        return TemplateError(message, line, code, at)
