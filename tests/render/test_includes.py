"""Files that a prompt takes in: by a literal name, relative to the one that names them, bounded, in no circle."""

import sys
import threading

import pytest

from docsync.render.render import find_texts, takes_files
from tests.render.prompt import MUSTACHE, Prompt

COMPUTED = "1:4: the name of a file that a template takes in must be written out: here it is computed"
FILES = {
    "prompts/turn.txt": "user:\n{{ q }}\n",
    "prompts/deep/a.txt": "{% include 'b.txt' %}{% include '../turn.txt' %}",
    "prompts/deep/b.txt": "B\n",
    "shared/c.txt": "C",
}


def test_an_included_file_may_begin_messages() -> None:
    body = "system:\nx\n{% include 'turn.txt' %}{% for q in more %}{% include 'turn.txt' %}{% endfor %}"
    assert Prompt(body, files=FILES).pairs(q="system:\n1", more=["2"]) == [
        ("system", "x"),
        ("user", "system:\n1"),
        ("user", "2"),
    ]


def test_a_name_is_relative_to_the_file_that_has_it() -> None:
    prompt = Prompt("{% include 'deep/a.txt' %}{% include '../shared/c.txt' %}", files=FILES)
    assert prompt.pairs(q="x") == [("system", "B"), ("user", "x\nC")]
    texts = find_texts(prompt.document, prompt.path, prompt.load)
    assert sorted(texts) == ["prompts/deep/a.txt", "prompts/deep/b.txt", "prompts/turn.txt", "shared/c.txt"]


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        ("\n{% include 'gone.txt' %}", "2:4: prompts/gone.txt is not there, or has no text"),
        ("{% include q %}", COMPUTED),
        ("{% include 'turn' ~ '.txt' %}", COMPUTED),
        ("{% include ['turn.txt', q] %}", COMPUTED),
        ("{% import q as m %}", COMPUTED),
        ("{% from q import m %}", COMPUTED),
        ("{% extends q %}", COMPUTED),
        ("{% include '/etc/passwd' %}", "1:4: '/etc/passwd' is no path relative to the file that names it"),
        ("{% include '../../x' %}", "1:4: '../../x' leads out of the project"),
        ("{% include '..\\\\x' %}", "1:4: '..\\x' is no path relative to the file that names it"),
        ("{% include ['x', 'y'] %}", "1:4: none of the files is there: none of the templates given were found: x, y"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_in_is_a_mistake(body: str, mistake: str) -> None:
    (found,) = Prompt(body, "inputs: [{name: q}]", FILES).mistakes(q="turn.txt")
    assert found == mistake


def test_a_file_that_may_be_missing_may_be_missing() -> None:
    assert Prompt("a{% include 'gone.txt' ignore missing %}b").pairs() == [("system", "ab")]
    assert Prompt("{% include ['gone.txt', 'deep/b.txt'] %}", files=FILES).pairs() == [("system", "B")]


def test_a_fault_in_an_included_file_has_its_place() -> None:
    files = {"prompts/x.txt": "ok\n {{ q.z }}"}
    assert Prompt("{% include 'x.txt' %}", files=files).mistakes(q={}) == [
        "prompts/x.txt:2:6: there is no 'z' in the object here"
    ]
    files = {"prompts/x.txt": "ok\n {{ q."}
    (mistake,) = Prompt("{% include 'x.txt' %}", files=files).mistakes(q={})
    assert mistake.startswith("prompts/x.txt:2:6: ")


def test_files_that_take_in_each_other_are_a_mistake() -> None:
    files = {
        "prompts/a.txt": "{% include 'b.txt' %}",
        "prompts/b.txt": "\n{% if false %}{% include 'a.txt' %}{% endif %}",
    }
    (mistake,) = Prompt("{% include 'a.txt' %}", files=files).mistakes()
    assert mistake == (
        "prompts/b.txt:2:18: the files take in each other: "
        "prompts/test.prompty → prompts/a.txt → prompts/b.txt → prompts/a.txt"
    )
    assert "each other" in Prompt("{% include 'test.prompty' %}").mistakes()[0]


def test_so_deep_and_so_many_files_are_a_mistake() -> None:
    chain = {f"prompts/{n}.txt": f"{{% include '{n + 1}.txt' %}}" for n in range(20)}
    assert "more than 10 deep" in Prompt("{% include '0.txt' %}", files=chain).mistakes()[0]
    many = {f"prompts/{n}.txt": "x" for n in range(70)}
    body = "".join(f"{{% include '{n}.txt' %}}" for n in range(70))
    assert "more than 64 files" in Prompt(body, files=many).mistakes()[0]
    large = {"prompts/0.txt": "x" * 1_048_577}
    assert "1048576 characters" in Prompt("{% include '0.txt' %}", files=large).mistakes()[0]


def test_a_diamond_is_no_circle() -> None:
    files = {
        "prompts/a.txt": "{% include 'c.txt' %}",
        "prompts/b.txt": "{% include 'c.txt' %}",
        "prompts/c.txt": "c",
    }
    assert Prompt("{% include 'a.txt' %}{% include 'b.txt' %}", files=files).pairs() == [("system", "cc")]


def test_a_partial_of_mustache_is_named_literally_and_found_relative_to_its_file() -> None:
    files = {"prompts/p": "user:\n{{q}}\n{{> deep/r }}", "prompts/deep/r": "r"}
    assert Prompt("{{> p }}", MUSTACHE, files).pairs(q="x") == [("user", "x\nr")]
    assert Prompt("a\n{{> gone }}", MUSTACHE).mistakes() == ["2:1: prompts/gone is not there, or has no text"]


def test_a_variable_of_an_included_file_may_be_passed() -> None:
    assert Prompt("{% include 'turn.txt' %}", files=FILES).pairs(q="x") == [("user", "x")]


def test_a_prompt_says_whether_it_takes_files() -> None:
    assert not takes_files(Prompt("{{ a }}").document, "prompts/test.prompty")
    for body, settings in (
        ("{% include 'x' %}", ""),
        ("x", "sample: x.json"),
        ("x", "inputs: {a: {default: '${file:x}'}}"),
    ):
        assert takes_files(Prompt(body, settings).document, "prompts/test.prompty")


def test_renderings_at_once_in_several_threads_keep_their_marks_apart() -> None:
    prompt = Prompt("{% for m in h %}\n{{ m.role }}:\n{{ m.content }}\n{% endfor %}\nuser:\n{{ q }}")
    wrong: list[object] = []

    def act(number: int) -> None:
        history = [{"role": ["user", "assistant"][number % 2], "content": f"{number}"}] * (number + 1)
        for _ in range(150):
            got = prompt.pairs(h=history, q=f"q{number}")
            if got != [(one["role"], one["content"]) for one in history] + [("user", f"q{number}")]:
                wrong.append(got)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=act, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []
