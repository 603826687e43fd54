"""Bytes to text, and where things are in it."""

import pytest

from docsync.formats.source import BLOCK, MESSAGE_CHARACTERS, FileRefused, SourceText, decode_source
from docsync.model import Note, Problem, Severity


def refused(octets: bytes, *, allow_conflicts: bool = False) -> Problem:
    with pytest.raises(FileRefused) as caught:
        decode_source("p/a.json", octets, allow_conflicts=allow_conflicts)
    return caught.value.problems[0]


def place(problem: Problem) -> tuple[str, int | None, int | None]:
    return problem.code, problem.line, problem.column


def test_text_keeps_its_line_ends_and_loses_its_byte_order_mark() -> None:
    source = decode_source("p/a.json", b"\xef\xbb\xbfa\r\nb\rc\n")

    assert source.text == "a\r\nb\rc\n"


@pytest.mark.parametrize(("offset", "expected"), [(0, (1, 2)), (2, (2, 1))])
def test_a_byte_order_mark_counts_as_a_character_of_the_first_line(
    offset: int, expected: tuple[int, int]
) -> None:
    assert decode_source("p/a.json", b"\xef\xbb\xbfa\nb").place(offset) == expected


def test_only_crlf_lf_and_cr_end_a_line() -> None:
    source = SourceText("p", "a\r\nb\nc\rd\u2028e\x0bf\x85g")

    assert [source.place(source.text.index(letter)) for letter in "abcdefg"] == [
        (1, 1), (2, 1), (3, 1), (4, 1), (4, 3), (4, 5), (4, 7),
    ]  # fmt: skip


def test_the_end_of_the_text_has_a_place() -> None:
    assert SourceText("p", "a\n").place(2) == (2, 1)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r", "\r\n\r", "\n\r", "x\r\r\n", "long line\n"])
def test_places_agree_with_a_walk_over_every_character(ends: str) -> None:
    # Longer than two blocks, shifted so that a CRLF lies across the border of one in some of the runs.
    for shift in range(3):
        text = ("x" * shift + "ä" + ends * BLOCK)[: 2 * BLOCK + 100]
        source = SourceText("p", text)
        expected = walked(text)

        assert [source.place(offset) for offset in range(len(text) + 1)] == expected


def walked(text: str) -> list[tuple[int, int]]:
    places, line, column = [], 1, 1
    for offset in range(len(text) + 1):
        places.append((line, column))
        column += 1
        if text[offset : offset + 1] == "\n" or (
            text[offset : offset + 1] == "\r" and text[offset + 1 : offset + 2] != "\n"
        ):
            line, column = line + 1, 1
    return places


def test_a_problem_carries_its_place_and_details() -> None:
    note = SourceText("p", "ab").note("here", 1)

    problem = SourceText("p", "a\nb").problem(
        "c", "m", 2, hint="h", severity=Severity.WARNING, json_path="x", notes=(note,)
    )

    assert note == Note("here", 1, 2)
    assert problem == Problem("p", "c", "m", Severity.WARNING, 2, 1, "h", "x", (note,))


def test_a_message_that_quotes_the_file_cannot_harm_a_terminal_or_fill_a_table() -> None:
    problem = SourceText("p", "a").problem("c", "\x1b[31m" + "x" * 10_000, 0)

    assert problem.message.startswith("\\x1b[31m")
    assert len(problem.message) < MESSAGE_CHARACTERS + 10


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"", ("empty", 1, 1)),
        (b"\xef\xbb\xbf", ("empty", 1, 2)),
        (b" \r\n\t", ("empty", 1, 1)),
        (b"a\nb\0", ("nul", 2, 2)),
        (b"\0" * 4096, ("nul", 1, 1)),
        (b"a\nJos\xe9", ("encoding", 2, 4)),
        ("ää\n".encode() + b"\xff", ("encoding", 2, 1)),
        ("{}".encode("utf-16"), ("encoding", 1, 1)),
        ('{"a"}'.encode("utf-16-le"), ("encoding", 1, 1)),
        ('{"a"}'.encode("utf-16-be"), ("encoding", 1, 1)),
        ("{}".encode("utf-32"), ("encoding", 1, 1)),
        ("{}".encode("utf-32-be"), ("encoding", 1, 1)),
        ("{}".encode("utf-32-le"), ("encoding", 1, 1)),
    ],
)
def test_what_is_no_utf8_text_is_refused_at_its_place(octets: bytes, expected: tuple[str, int, int]) -> None:
    assert place(refused(octets)) == expected


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_a_foreign_encoding_is_named(encoding: str) -> None:
    assert (
        refused('{"name": "Ada"}'.encode(encoding)).message
        == f"file is {encoding[:6].upper()}, expected UTF-8"
    )


def test_a_character_cut_in_half_at_the_end_looks_half_written() -> None:
    assert "half-written" in (refused("Jos\u00e9".encode()[:-1]).hint or "")
    assert "Latin-1" in (refused(b"Jos\xe9.").hint or "")


MERGE = b"a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\nd\n"


@pytest.mark.parametrize("octets", [MERGE, MERGE.replace(b"\n", b"\r\n"), MERGE.replace(b"\n", b"\r")])
def test_an_unfinished_merge_is_refused_where_it_begins(octets: bytes) -> None:
    problem = refused(octets)

    assert place(problem) == ("merge-conflict", 2, 1)
    assert problem.message == "unresolved merge conflict, up to line 6"


@pytest.mark.parametrize(
    "octets",
    [
        MERGE.replace(b">>>>>>> other", b""),
        MERGE.replace(b"=======", b" ======="),
        MERGE.replace(b"<<<<<<<", b"<<<<<<<<"),
        b">>>>>>> a\n=======\n<<<<<<< b\n",
    ],
    ids=["no end", "indented", "eight", "wrong order"],
)
def test_markers_that_are_no_merge_are_text(octets: bytes) -> None:
    assert decode_source("p", octets).text == octets.decode()


def test_an_unfinished_merge_can_be_allowed() -> None:
    assert decode_source("p", MERGE, allow_conflicts=True).text == MERGE.decode()


def test_a_refusal_is_no_value_error() -> None:
    assert not issubclass(FileRefused, ValueError)
    assert str(FileRefused(Problem("p", "c", "why"))) == "why"


def test_a_hint_is_safe_to_show_like_the_message() -> None:
    problem = SourceText("x", "a").problem("code", "a\x1b", 0, hint="b\x1b" + "c" * 400)

    assert (problem.message, problem.hint) == ("a\\x1b", "b\\x1b" + "c" * 298 + "…")
