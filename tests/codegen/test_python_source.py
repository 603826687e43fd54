"""The Python that is written: mypy --strict passes on it, and refuses a caller what does not work."""

import ast
import random
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from docsync import Reader, open_reader
from docsync.codegen.python_source import python_source
from docsync.codegen.source_model import MAX_IDS
from tests.codegen.collected import ROOT, bundled, collect, corpus, doc, mypy, prompt
from tests.codegen.hostile import TEXTS, any_documents, hostile
from tests.helpers.project import Project, Tell

# A service of the bundled documents. Behind each line that is wrong: the code of the error that mypy must give there.
USE = """
from docsync import Reader, Row
from bundled import (
    Persona, PersonaId, ResearchPersonaInterviewInputs, SupportRewriteToneInputs, get_persona, get_prompt_template,
    render_research_persona_interview, render_support_rewrite_tone, render_tutoring_tutor_dialogue,
)

farmer: PersonaId = "persona/customers/hill-farmer"
nobody: PersonaId = "persona/customers/nobody"  # assignment

def use(reader: Reader, row: Row) -> None:
    persona = get_persona(reader, farmer)
    get_persona(reader, "persona/customers/hil-farmer")  # arg-type
    get_persona(reader, "prompt_template/support/rewrite-tone")  # arg-type
    assert persona is not None
    needs: list[str] = persona["needs"] if "needs" in persona else []
    persona["nees"]  # typeddict-item
    template = get_prompt_template(reader, "prompt_template/support/rewrite-tone")
    assert template is not None
    line: int = template["body_line"]
    line = template["body"]  # assignment
    render_research_persona_interview(reader, persona=persona, question="Why?")
    render_research_persona_interview(reader, persona=row, question="Why?", topic="bills", askedBefore=[{"question": "?"}])
    render_research_persona_interview(reader, persona=persona)  # call-arg
    render_research_persona_interview(reader, persona=persona, question="Why?", mood="calm")  # call-arg
    render_research_persona_interview(reader, persona="Ewan", question="Why?")  # arg-type
    render_research_persona_interview(reader, persona, "Why?")  # call-arg
    render_support_rewrite_tone(reader, text="a", reader_="somebody", tone="brief", mustKeep=["b"], forLetter=True)
    render_support_rewrite_tone(reader, text="a", tone="rude")  # arg-type
    render_support_rewrite_tone(reader, text="a", mustKeep="b")  # arg-type
    render_support_rewrite_tone(reader, text="a", forLetter="yes")  # arg-type
    turns = [{"role": "user", "content": "Hi"}]
    render_tutoring_tutor_dialogue(reader, tutor=row, goal="a", answer="b", conversation=turns, attempts=1)
    render_tutoring_tutor_dialogue(reader, tutor=row, goal="a", answer="b", conversation="Hi")  # arg-type
    render_tutoring_tutor_dialogue(reader, tutor=row, goal="a", answer="b", conversation=turns, attempts=1.5)  # arg-type
    inputs: ResearchPersonaInterviewInputs = {"persona": {}, "question": "Why?"}
    inputs = {"persona": {}}  # typeddict-item
    render_research_persona_interview(reader, **inputs)
    other: SupportRewriteToneInputs = {"reader": "somebody", "text": "a"}
"""


def expected(source: str, name: str) -> set[str]:
    """Where *source* says that an error must be."""
    lines = enumerate(source.splitlines(), 1)
    return {f"{name}:{number}:{line.rpartition('  # ')[2]}" for number, line in lines if "  # " in line}


def test_mypy_knows_the_bundled_documents_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    found = mypy(tmp_path, bundled=python_source(collect(bundled())), use=USE)

    assert set(found) == expected(USE, "use")


def test_mypy_accepts_what_is_written_of_the_files_found_in_the_wild(tmp_path: Path) -> None:
    documents = corpus()
    source = python_source(collect(documents))

    assert len(documents) > 400
    assert source.count("\ndef render_") == sum(one.type == "prompt_template" for one in documents)
    assert mypy(tmp_path, wild=source) == []


def test_no_name_or_text_breaks_out_of_its_place(tmp_path: Path) -> None:
    source = python_source(collect(hostile()))
    tree = ast.parse(source)
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    kinds = {type(node) for node in tree.body}

    assert len(names) == len(set(names))
    assert sum(name.startswith("render_") for name in names) == len(TEXTS)
    assert kinds == {ast.Expr, ast.ImportFrom, ast.AnnAssign, ast.FunctionDef, ast.ClassDef, ast.Assign}
    assert all(line.isprintable() for line in source.split("\n"))
    assert mypy(tmp_path, hostile=source) == []


def test_mypy_accepts_what_is_written_of_documents_of_any_shape(tmp_path: Path, tell: Tell) -> None:
    seed = random.randrange(10**9)
    tell(f"python source: seed {seed}, 200 collections")
    source = python_source(collect(any_documents(random.Random(seed), 200)))

    assert mypy(tmp_path, any=source) == []
    assert len(run_written(source)) > 400


def run_written(source: str) -> dict[str, Any]:
    """The names of *source*, run beside a docsync that has what it needs."""
    source, count = re.subn(r"^from docsync import .+$", "", source, flags=re.MULTILINE)
    assert count == 1
    scope: dict[str, Any] = {"Call": object, "Reader": object, "Row": object, "__name__": "written"}
    exec(compile(source, "written.py", "exec"), scope)
    return scope


class Recorder:
    """A reader that remembers what it was asked to render."""

    def render(self, id_: str, inputs: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        return id_, inputs


def test_what_is_written_runs_and_passes_inputs_under_their_own_names() -> None:
    scope = run_written(python_source(collect(hostile())))
    ids = [f"prompt/{text}" for text in TEXTS]
    functions = [one for name, one in scope.items() if name.startswith("render_")]
    rendered = []
    for function in functions:
        parameters = function.__kwdefaults__ or {}
        assert parameters == {}
        names = function.__code__.co_varnames[1 : 1 + function.__code__.co_kwonlyargcount]
        id_, inputs = function(Recorder(), **{name: number for number, name in enumerate(names)})
        rendered.append(id_)
        assert set(inputs) == set(TEXTS)

    assert sorted(rendered) == sorted(ids)
    assert set(scope["Persona"].__annotations__) == {"name", *TEXTS}


@pytest.mark.skipif(not hasattr(Reader, "render"), reason="this docsync renders nothing yet")
def test_a_function_renders_its_prompt(project: Project) -> None:
    for path in (ROOT / "prompts").rglob("*.prompty"):
        project.write(path.relative_to(ROOT).as_posix(), path.read_bytes())
    project.settle()
    scope = run_written(python_source(collect(bundled())))
    with open_reader(database=project.database) as reader:
        short = scope["render_support_rewrite_tone"](reader, text="Your visit is booked.", tone="brief")
        long = scope["render_support_rewrite_tone"](
            reader, text="a", reader_="Somebody awake.", mustKeep=["4711"]
        )

    assert "The new tone is brief." in repr(short)
    assert all(text in repr(long) for text in ("Somebody awake.", "4711", "The new tone is warm."))


@pytest.mark.parametrize("key", ["__private", "class", "str", "Literal", "PersonaId", "a-b", "é", ""])
def test_a_key_that_no_attribute_can_have_is_a_key_all_the_same(key: str) -> None:
    scope = run_written(python_source(collect([doc("persona/a", {key: 1})])))

    assert scope["Persona"].__required_keys__ == {key}


def test_an_input_that_is_not_given_is_not_passed() -> None:
    text = "---\ninputs:\n  a: {kind: string}\n  b: {kind: string, default: x}\n---\n"
    scope = run_written(python_source(collect([prompt(text)])))

    assert scope["render_hello"](Recorder(), a="1") == ("prompt/hello", {"a": "1"})
    assert scope["render_hello"](Recorder(), a="1", b="2") == ("prompt/hello", {"a": "1", "b": "2"})


def test_the_same_documents_give_the_same_text_in_any_order() -> None:
    documents = [*bundled(), *hostile()]
    source = python_source(collect(documents))
    dice = random.Random(7)
    for _ in range(3):
        dice.shuffle(documents)
        assert python_source(collect(documents)) == source


@pytest.mark.parametrize("seed", ["0", "1", "77"])
def test_the_same_documents_give_the_same_text_in_any_process(seed: str) -> None:
    program = (
        "from docsync.codegen.python_source import python_source\n"
        "from tests.codegen.collected import bundled, collect\n"
        "from tests.codegen.hostile import hostile\n"
        "import sys; sys.stdout.write(python_source(collect([*bundled(), *hostile()])))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={"PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
    )

    assert done.stdout.decode() == python_source(collect([*bundled(), *hostile()]))


def test_another_document_changes_no_name_that_was_there() -> None:
    before = run_written(python_source(collect(bundled())))
    more = [
        *bundled(),
        prompt("hello", "prompt_template/support/reply"),
        doc("persona/z", {"Id": {"a": 1}, "needs": {"b": {"c": 1}}}),
    ]

    assert before.keys() <= run_written(python_source(collect(more))).keys()


def test_of_very_many_documents_any_text_is_an_id() -> None:
    documents = [doc(f"persona/{number}", {"a": 1}) for number in range(MAX_IDS + 1)]

    assert "PersonaId: TypeAlias = str\n" in python_source(collect(documents))
    assert '"persona/0"' in python_source(collect(documents[:MAX_IDS]))
