"""Whatever is asked, the files give what the database gives, in the same order: random trees, random histories."""

import json
import os
import random
from dataclasses import asdict
from typing import Any

import pytest

from docsync.errors import UsageError
from docsync.reader import Reader, open_reader
from tests.helpers.project import Project, Tell

SEED = int(os.environ.get("DOCSYNC_SEED", "0")) or random.SystemRandom().randrange(10**9)
TREES = int(os.environ.get("DOCSYNC_TREES", "12"))
QUESTIONS = 60

WORDS = [
    "calm",
    "Calm",
    "clear",
    "straße",
    "STRASSE",
    "über",
    "日本語",
    "東京都",
    "heat-pump",
    "50%",
    "a_b",
    "ok",
    "été",
]
NAMES = ["ana", "ben", "Zoe", "é", "日本", "a-b", "a b", "x0"]
PATHS = [
    "name",
    "age",
    "tags",
    "group.size",
    "flag",
    "none",
    "list[0]",
    '"odd key"',
    "model.id",
    "variables",
    "nowhere",
]
COLUMNS = [
    "@id",
    "@type",
    "@name",
    "@description",
    "@tags",
    "@file_path",
    "@file_modified",
    "@state",
    "@nothing",
]
TEXTS = ["persona", "ana", "Same", "calm", "persona/ana", "personas/ben.json", "ok", "", "2026"]
VALUES: list[Any] = [
    1,
    1.0,
    0,
    -3,
    2**70,
    0.5,
    True,
    False,
    None,
    "1",
    "true",
    "calm",
    "",
    "日本語",
    ["calm"],
    [],
]
OPERATORS = ["=", "!=", "<", "<=", ">", ">=", "in", "not in", "contains", "contains any", "exists"]
ORDERS = ["id", "type", "name", "file_path", "file_modified"]
OWN = ("created_at", "updated_at", "revision", "epoch", "as_of", "source")


def sentence(rand: random.Random) -> str:
    return " ".join(rand.choices(WORDS, k=rand.randint(0, 8)))


def persona(rand: random.Random) -> str:
    chosen: dict[str, Any] = {
        "name": rand.choice([*NAMES, "Same"]),
        "description": sentence(rand),
        "tags": rand.sample(WORDS, rand.randint(0, 3)),
        "age": rand.choice(VALUES),
        "group": {"size": rand.choice(VALUES)},
        "flag": rand.choice(VALUES),
        "none": None,
        "list": rand.choices(VALUES, k=2),
        "odd key": rand.choice(VALUES),
        "story": sentence(rand),
    }
    keys = rand.sample(sorted(chosen), rand.randint(1, len(chosen)))
    return json.dumps({key: chosen[key] for key in keys}, ensure_ascii=rand.random() < 0.5)


def prompt(rand: random.Random) -> str:
    return (
        f"---\nname: {rand.choice(NAMES)}\ndescription: '{sentence(rand)}'\ntags: [calm]\n"
        f"model:\n  id: {rand.choice(['gpt-4o', 'o1'])}\n  connection:\n    kind: key\n"
        f"    apiKey: ${{env:{rand.choice(['KEY', 'OTHER'])}}}\n---\nsystem:\n{sentence(rand)} {{{{name}}}}\n"
    )


def grow(rand: random.Random, project: Project) -> None:
    """Some files come, change and go, and the database follows each time."""
    for _ in range(rand.randint(1, 4)):
        for _ in range(rand.randint(1, 8)):
            path = "/".join(rand.choices(NAMES, k=rand.randint(1, 2)))
            if rand.random() < 0.2:
                (project.root / f"personas/{path}.json").unlink(missing_ok=True)
            elif rand.random() < 0.8:
                project.write(f"personas/{path}.json", persona(rand))
            else:
                project.write(f"prompts/{path}.prompty", prompt(rand))
        project.settle()
        project.engine.release(None)


def where(rand: random.Random) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    for path in rand.sample([*PATHS, *COLUMNS], rand.choice([0, 1, 1, 2])):
        operator = rand.choice(OPERATORS)
        if path in COLUMNS and operator != "exists" and rand.random() < 0.9:
            several = operator in ("in", "not in", "contains any")
            asked[path] = {operator: rand.choices(TEXTS, k=2) if several else rand.choice(TEXTS)}
        elif operator in ("in", "not in", "contains any"):
            asked[path] = {operator: rand.choices(VALUES, k=rand.randint(0, 3))}
        else:
            asked[path] = {operator: rand.random() < 0.5 if operator == "exists" else rand.choice(VALUES)}
    return asked


def found(rand: random.Random, reader: Reader) -> Any:
    asked: dict[str, Any] = {
        "type": rand.choice([None, None, "persona", "prompt_template", "never"]),
        "tag": rand.choice([None, None, None, *WORDS[:3]]),
        "name": rand.choice([None, None, None, *NAMES]),
        "env": rand.choice([None, None, None, None, "KEY"]),
        "where": where(rand),
        "order": rand.choice(ORDERS + [f"-{order}" for order in ORDERS]),
        "limit": rand.choice([None, 1, 2, 5]),
    }
    rows, cursor = [], None
    while True:
        page = reader.find(**asked, cursor=cursor)
        rows += [plain(row) for row in page]
        if (cursor := page.cursor) is None:
            return rows


def searched(rand: random.Random, reader: Reader) -> Any:
    words = rand.choices(
        [*WORDS, "al", "本", "cal*", '"calm clear"', "OR", "-calm", "NOT", "-", '"', "%", "*", "(a)", "a:b"]
    )
    text = " ".join(words * rand.randint(1, 2) + rand.choices(WORDS, k=rand.randint(0, 2)))
    hits, cursor, limit = [], None, rand.choice([1, 3, 50])
    type_ = rand.choice([None, None, "persona"])
    while True:
        page = reader.search(text, type=type_, limit=limit, cursor=cursor)
        hits += [(plain(hit.row), hit.snippet, hit.marks, hit.score) for hit in page]
        if (cursor := page.cursor) is None:
            return hits


def plain(row: Any) -> dict[str, Any]:
    return {key: value for key, value in asdict(row).items() if key not in OWN}


def answer(seed: int, reader: Reader) -> Any:
    """What the question that *seed* stands for is answered with; a refusal is an answer too."""
    rand = random.Random(seed)
    ask = rand.choice([found, found, found, searched, searched, None])
    try:
        if ask is not None:
            return ask(rand, reader)
        id_ = rand.choice(["persona/ana", "persona/日本/é", "prompt_template/ben", "never"])
        row = reader.get(id_)
        facts = (
            reader.tags(),
            reader.tags("persona"),
            reader.references("prompt_template/ben"),
            reader.problems(),
        )
        return [
            row and plain(row),
            reader.similar_ids(id_),
            dict(reader.count()),
            *(list(fact) for fact in facts[:3]),
            [one.problem for one in facts[3]],
        ]
    except UsageError as error:
        return str(error)


@pytest.mark.parametrize("tree", range(TREES))
def test_files_and_database_give_the_same(project: Project, tree: int, tell: Tell) -> None:
    seed = SEED + tree
    rand = random.Random(seed)
    print(f"DOCSYNC_SEED={seed}")
    project.write("docsync.toml", "")
    grow(rand, project)
    with (
        open_reader(project.root, source="database") as database,
        open_reader(project.root, source="files") as files,
    ):
        for _ in range(QUESTIONS):
            question = rand.randrange(10**9)
            assert answer(question, files) == answer(question, database), (
                f"DOCSYNC_SEED={seed}, question {question}"
            )
        assert (database.source, files.source) == ("database", "files")
    tell(f"files and database: {QUESTIONS} questions answered alike, DOCSYNC_SEED={seed}")
