"""What a caller can catch: every error has its name in docsync, and its line in docs/service.md."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import docsync
from docsync import errors
from docsync.render.error import InputError, Mistake, RenderError

PAGE = (Path(docsync.__file__).parent.parent / "docs" / "service.md").read_text(encoding="utf-8")
ERRORS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.DocsyncError)
} | {"RenderError": RenderError, "InputError": InputError}


def test_every_error_is_a_public_name() -> None:
    assert len(ERRORS) > 8
    for name, kind in ERRORS.items():
        assert name in docsync.__all__
        assert getattr(docsync, name) is kind


def test_the_page_has_a_line_for_each_error_and_for_no_other() -> None:
    (table,) = re.findall(r"^\| error \| when .*?\n\|[-|]+\n(.*?)\n\n", PAGE, re.MULTILINE | re.DOTALL)
    listed = re.findall(r"^\| `(\w+)` \| ", table, re.MULTILINE)
    assert sorted(listed) == sorted(ERRORS)
    assert all(line.count(" | ") == 2 for line in table.splitlines())


def test_the_parents_are_those_that_the_page_tells_of() -> None:
    assert issubclass(docsync.NoDatabase, docsync.NotReachable)
    assert issubclass(docsync.Damaged, docsync.StoreUnavailable)
    assert issubclass(docsync.InputError, docsync.RenderError)


def test_the_page_has_a_line_for_each_field_of_a_mistake() -> None:
    (table,) = re.findall(
        r"^\| field of a `Mistake` \| .*?\n\|[-|]+\n(.*?)\n\n", PAGE, re.MULTILINE | re.DOTALL
    )
    assert [name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.split(" | ")[0])] == [
        one.name for one in fields(Mistake)
    ]


@pytest.mark.parametrize(
    ("use", "loaded"),
    [
        ("docsync", []),
        ("docsync.NoDatabase", ["docsync.errors"]),
        ("docsync.__version__, dir(docsync), docsync.__all__", []),
    ],
)
def test_a_public_name_loads_what_it_needs_and_no_more(use: str, loaded: list[str]) -> None:
    script = (
        f"import sys, docsync; {use}; print(*(name for name in sys.modules if name.startswith('docsync.')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == loaded


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'NoDatabaes'"):
        docsync.NoDatabaes  # type: ignore[attr-defined]  # noqa: B018  # what a service may write by mistake
    with pytest.raises(ImportError):
        from docsync import NoDatabaes  # type: ignore[attr-defined]  # noqa: F401  # as above
