"""Full-text search: what is found, in which order, and why; whatever is typed, it is a result or a clear refusal."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from docsync.errors import UsageError
from docsync.reader import Reader, open_reader
from docsync.reader.query.search_syntax import SearchExpression, Term, words_of
from tests.helpers.project import Project

TEXTS = {
    "calm": {"name": "Calm", "description": "nothing", "story": "nothing at all"},
    "told": {"name": "Told", "description": "a calm voice", "story": "nothing at all"},
    "tale": {"name": "Tale", "description": "nothing", "story": "a long tale of a calm and patient sea"},
    "loud": {"name": "Loud", "description": "nothing", "story": "calm but loud, voice of a sea"},
    "german": {"name": "Größe", "description": "Straßenbahn fährt", "story": "Übermut tut selten gut"},
    "japan": {"name": "東京の人", "description": "東京都に住む", "story": "毎日電車で会社に行く"},
    "korea": {"name": "서울", "description": "서울특별시", "story": "x"},
    "signs": {
        "name": "100% a_b",
        "description": "C:\\temp [x] (y)",
        "story": "\ufdd0odd\ufdd1 50% of a_b closed\ufdd1",
    },
}


@pytest.fixture
def reader(project: Project) -> Iterator[Reader]:
    for stem, values in TEXTS.items():
        project.persona(f"personas/{stem}.json", **values)
    project.write("prompts/calm.prompty", "---\nname: Calm prompt\n---\nsystem:\nBe calm.\n")
    project.settle()
    with open_reader(database=project.database) as opened:
        yield opened


def found(reader: Reader, text: str, **asked: Any) -> list[str]:
    return [hit.row.id.rpartition("/")[2] for hit in reader.search(text, **asked)]


def test_a_name_counts_more_than_a_description_and_that_more_than_text(reader: Reader) -> None:
    assert found(reader, "calm", type="persona") == ["calm", "told", "loud", "tale"]
    scores = [hit.score for hit in reader.search("calm")]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("calm sea", {"tale", "loud"}),
        ("CALM AND Sea", {"tale", "loud"}),
        ('"calm voice"', {"told"}),
        ("“calm voice”", {"told"}),
        ("pat*", {"tale"}),
        ('"patient s"*', {"tale"}),
        ("calm -loud -prompt", {"calm", "told", "tale"}),
        ("calm NOT loud NOT prompt", {"calm", "told", "tale"}),
        ('sea -"patient sea"', {"loud"}),
        ("patient OR loud", {"tale", "loud"}),
        ("calm patient OR voice", {"tale", "told", "loud"}),
        ("grosse OR größe", {"german"}),
        ("GROSSE OR GRÖSSE", {"german"}),
        ("ubermut", {"german"}),
        ("heat-pump OR calm-sea", set()),
        ("patient-sea", {"tale"}),
        ("atien", {"tale"}),
        ("atien -loud", {"tale"}),
        ("straßen", {"german"}),
        ("bermut", {"german"}),
        ("ÜBERM", {"german"}),
        ("東京", {"japan"}),
        ("電車", {"japan"}),
        ("京都に -会社", set()),
        ("京都に -大阪", {"japan"}),
        ("울특", {"korea"}),
        ("%", {"signs"}),
        ("0%", {"signs"}),
        ("a_b", {"signs"}),
        ("a__b", {"signs"}),
        ("C:\\t", {"signs"}),
        ("\\", {"signs"}),
        ("[x] (y)", {"signs"}),
        ("never", set()),
        ("'; DROP TABLE documents --", set()),
    ],
)
def test_what_is_typed_is_found(reader: Reader, text: str, ids: set[str]) -> None:
    assert set(found(reader, text)) == ids


def test_only_one_type_is_searched_if_asked(reader: Reader) -> None:
    assert found(reader, "calm", type="prompt_template") == ["calm"]
    assert found(reader, "atien", type="prompt_template") == []
    assert found(reader, "calm never", type="persona") == []


def test_a_hit_shows_where_it_matched(reader: Reader) -> None:
    (hit,) = reader.search("patient")
    assert [hit.snippet[begin:end] for begin, end in hit.marks] == ["patient"]
    (hit,) = reader.search("atien")
    assert [hit.snippet[begin:end] for begin, end in hit.marks] == ["atien"]
    (hit,) = reader.search("電車")
    assert [hit.snippet[begin:end] for begin, end in hit.marks] == ["電車"]


def test_a_snippet_of_a_long_text_is_a_piece_of_it(reader: Reader, project: Project) -> None:
    project.persona("personas/long.json", story="before " * 500 + "needlework" + " after" * 500)
    project.settle()
    for text in ("needlework", "eedlewor"):
        (hit,) = reader.search(text)
        assert [hit.snippet[begin:end] for begin, end in hit.marks] == [text]
        assert len(hit.snippet) < 200
        assert (hit.snippet[0], hit.snippet[-1]) == ("…", "…")


def test_marks_that_a_document_forges_do_no_harm(reader: Reader) -> None:
    for text in ("odd", "dd 50", "closed"):
        (hit,) = reader.search(text)
        assert "\ufdd0" not in hit.snippet
        assert all(0 <= begin <= end <= len(hit.snippet) for begin, end in hit.marks)


@pytest.mark.parametrize("text", ["calm", "al", "nothing", "東"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_give_everything_once_and_in_order(reader: Reader, text: str, limit: int) -> None:
    whole = found(reader, text, limit=100)
    paged, cursor = [], None
    while True:
        page = reader.search(text, limit=limit, cursor=cursor)
        assert len(page) <= limit
        paged += [hit.row.id.rpartition("/")[2] for hit in page]
        if (cursor := page.cursor) is None:
            break
    assert paged == whole


def test_ties_are_in_the_order_of_ids(reader: Reader, project: Project) -> None:
    names = ["b", "a", "d", "c"]
    for name in names:
        project.write(f"personas/{name}.json", '{"name": "Twin", "story": "xylophone"}')
        project.settle()
    assert found(reader, "xylophone") == found(reader, "ylophon") == sorted(names)
    assert found(reader, "xylophone", limit=2) == ["a", "b"]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_gives_nothing_is_refused(reader: Reader, limit: int) -> None:
    with pytest.raises(UsageError, match=f"limit must be 1 or more, got {limit}"):
        reader.search("calm", limit=limit)


def test_a_limit_beyond_all_measure_is_all(reader: Reader) -> None:
    assert found(reader, "calm", limit=2**80) == found(reader, "calm")


def test_a_cursor_of_another_search_is_refused(reader: Reader) -> None:
    cursor = reader.search("calm", limit=1).cursor
    assert cursor is not None
    for text, type_, other in [
        ("sea", None, cursor),
        ("calm", "persona", cursor),
        ("calm", None, cursor[:-2]),
        ("calm", None, "é"),
    ]:
        with pytest.raises(UsageError, match="belongs to another question"):
            reader.search(text, type=type_, cursor=other)
    with pytest.raises(UsageError, match="belongs to another question"):
        reader.find(cursor=cursor)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a search needs a word; such as"),
        ('  "" " "', "a search needs a word; such as"),
        ("-loud", "not only words to leave out"),
        ('-"very loud"', "not only words to leave out"),
        ('calm "sea', "the quotation mark at character 6 is not closed"),
        ("OR calm", "OR stands between two words"),
        ("calm OR OR sea", "OR stands between two words"),
        ("calm OR", "a word is missing after OR"),
        ("calm NOT", "a word is missing after NOT"),
        ("calm OR -sea", "a word to leave out stands alone"),
        ("a" * 1001, "may have 1000 characters, this one has 1001"),
        (" a" * 51, "may have 50 words"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_the_reason(reader: Reader, text: str, told: str) -> None:
    with pytest.raises(UsageError) as refusal:
        reader.search(text)
    assert told in str(refusal.value)


def test_words_are_read_as_they_are_meant() -> None:
    assert words_of('calm OR "very calm" sea* -loud') == SearchExpression(
        ((Term("calm"), Term("very calm")), (Term("sea", is_prefix=True),)), (Term("loud"),)
    )
    assert words_of("- * --x**").groups == ((Term("-"),), (Term("*"),))
    assert words_of("- * --x**").excluded == (Term("-x", is_prefix=True),)
    assert words_of("a\0b").groups == ((Term("a"),), (Term("b"),))


def test_anything_typed_is_a_result_or_refused(reader: Reader) -> None:
    seed = random.SystemRandom().randrange(10**9)
    print(f"seed {seed}")
    rand = random.Random(seed)
    pieces = [
        *"\"*-+()^:{}[]%_\\'.,;!?&|~#@$/<>=",
        " ",
        "OR",
        "NOT",
        "AND",
        "NEAR",
        "calm",
        "東",
        "é",
        "\0",
        "\n",
        "name:",
        "\ufdd0",
    ]
    answered = 0
    for _ in range(1_500):
        text = "".join(rand.choices(pieces, k=rand.randint(1, 9)))
        try:
            hits = reader.search(text, limit=3)
        except UsageError:
            continue
        answered += 1
        for hit in hits:
            assert all(0 <= begin < end <= len(hit.snippet) for begin, end in hit.marks), text
    assert answered > 500


def test_as_many_words_as_are_allowed_are_no_trouble(reader: Reader) -> None:
    for text in (
        " ".join("abcdefghij" * 5),
        " OR ".join(["calm"] * 50),
        "calm " + " ".join(["-x"] * 49),
        " ".join(["東"] * 50),
    ):
        reader.search(text)
