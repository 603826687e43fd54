"""docsync tags: which there are, and how often."""

from tests.cli.conftest import Shell


def test_the_most_used_comes_first(filled: Shell) -> None:
    filled.persona("zoe", tags=["calm", "zealous"])
    filled.write("prompts/ask.prompty", "---\nname: Ask\ntags: [brisk]\n---\nHello.\n")
    filled("sync")

    assert filled("tags").out == "brisk\t2\ncalm\t2\nzealous\t1\n"
    assert filled("tags", "--type", "persona").out == "calm\t2\nbrisk\t1\nzealous\t1\n"


def test_json_says_what_it_is_of(filled: Shell) -> None:
    filled("sync")

    answer = filled("tags", "--json").json

    assert answer["tags"] == [{"tag": "brisk", "documents": 1}, {"tag": "calm", "documents": 1}]
    assert (answer["source"], answer["revision"], len(answer["epoch"])) == ("database", 1, 16)


def test_no_tags_are_said(filled: Shell) -> None:
    filled("sync")

    answer = filled("tags", "--type", "prompt_template")

    assert (answer.code, answer.out, answer.err) == (0, "", "0 tags\n")
