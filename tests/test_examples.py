"""The example personas and prompts are well formed, varied and true to each other."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta

ROOT = Path(__file__).parents[1]
PERSONAS = sorted((ROOT / "personas").rglob("*.json"))
PROMPTS = sorted((ROOT / "prompts").rglob("*.prompty"))
VOICES = sorted((ROOT / "personas" / "customers").glob("*.json"))
SAMPLED = [path for path in PROMPTS if "\nsample:" in path.read_text(encoding="utf-8")]
SCENARIOS = sorted((ROOT / "personas" / "scenarios").glob("*.json"))

AGE_GROUPS = {"18-29", "30-44", "45-59", "60+"}
NAME_PLACES = (("data", "name"), ("name",), ("persona", "name"), ("title",))
FENCED = re.compile(r"\A---\n(?P<front>.*?\n)---\n(?P<body>.*)\Z", re.DOTALL)
REFERENCE = re.compile(r"\$\{(?P<protocol>\w+):(?P<value>[^}]+)\}")
MUSTACHE_NAME = re.compile(r"\{\{\{?[#^/&]?\s*([A-Za-z]\w*)")
ROLE = re.compile(r"^(system|user|assistant):$", re.MULTILINE)


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


each_persona = pytest.mark.parametrize("path", PERSONAS, ids=shown)
each_prompt = pytest.mark.parametrize("path", PROMPTS, ids=shown)


def load(path: Path) -> dict[str, object]:
    """The object in *path*; a key that appears twice is refused."""
    loaded = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique_keys)
    assert isinstance(loaded, dict)
    return loaded


def unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    doubled = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]
    assert not doubled, f"duplicate keys: {doubled}"
    return dict(pairs)


def name_of(persona: dict[str, object]) -> str | None:
    for place in NAME_PLACES:
        found: object = persona
        for key in place:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, str) and found.strip():
            return found
    return None


def parts(path: Path) -> tuple[dict[str, object], str]:
    """Front matter and body of a prompt."""
    fenced = FENCED.match(path.read_text(encoding="utf-8"))
    assert fenced, "front matter must stand between two lines of ---"
    front = yaml.safe_load(fenced["front"])
    assert isinstance(front, dict)
    return front, fenced["body"]


def is_v1(front: dict[str, object]) -> bool:
    return isinstance(front["model"], dict) and "configuration" in front["model"]


def declared(front: dict[str, object]) -> list[str]:
    inputs = front["inputs"]
    assert isinstance(inputs, dict | list)
    return list(inputs) if isinstance(inputs, dict) else [each["name"] for each in inputs]


def is_mustache(front: dict[str, object]) -> bool:
    template = front.get("template")
    return isinstance(template, dict) and template["format"]["kind"] == "mustache"


def used(front: dict[str, object], body: str) -> set[str]:
    """The variables that a body asks for, in the language its front matter names."""
    if is_mustache(front):
        return set(MUSTACHE_NAME.findall(body))
    return meta.find_undeclared_variables(Environment().parse(body))


def values(node: object, key: str | None = None) -> Iterator[tuple[str | None, object]]:
    """Every scalar beneath *node* with the key it stands under."""
    if isinstance(node, dict):
        yield from chain.from_iterable(values(value, name) for name, value in node.items())
    elif isinstance(node, list):
        yield from chain.from_iterable(values(value, key) for value in node)
    else:
        yield key, node


def offers_a_function(front: dict[str, object]) -> bool:
    tools = front.get("tools")
    return isinstance(tools, list) and any(
        tool["kind"] == "function" and tool["parameters"] for tool in tools
    )


def references(front: dict[str, object], protocol: str) -> list[str]:
    matches = (REFERENCE.fullmatch(value) for _, value in values(front) if isinstance(value, str))
    return [match["value"] for match in matches if match and match["protocol"] == protocol]


def sample_of(path: Path) -> dict[str, object]:
    """The sample of a prompt, read from the file beside it where it is a reference."""
    front, _ = parts(path)
    sample = front["sample"]
    if isinstance(sample, str):
        (target,) = references({"sample": sample}, "file")
        return load(path.parent / target)
    assert isinstance(sample, dict)
    return sample


def test_there_are_enough_examples_in_enough_folders() -> None:
    assert len(PERSONAS) >= 22
    assert len({path.parent for path in PERSONAS}) >= 4
    assert len(PROMPTS) >= 10
    assert len({path.parent for path in PROMPTS}) >= 3


@each_persona
def test_a_persona_has_a_name_and_is_laid_out_evenly(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert name_of(load(path))
    assert 15 <= len(text.splitlines()) <= 60
    assert text.startswith('{\n  "')
    assert text.endswith("}\n")


@each_persona
def test_an_age_group_is_one_of_the_four(path: Path) -> None:
    assert {value for key, value in values(load(path)) if key == "ageGroup"} <= AGE_GROUPS


def test_no_two_personas_share_a_name() -> None:
    assert [
        name for name, times in Counter(name_of(load(path)) for path in PERSONAS).items() if times > 1
    ] == []


def test_the_personas_come_in_every_common_shape() -> None:
    personas = [load(path) for path in PERSONAS]

    assert any({"behavior", "needs", "painpoints", "demographics"} <= persona.keys() for persona in personas)
    assert any(persona.get("type") == "TinyPerson" for persona in personas)
    assert any(isinstance(persona.get("bio"), list) and "style" in persona for persona in personas)
    assert any(persona.get("spec") == "chara_card_v2" for persona in personas)
    assert any("title" in persona and "scenario" in persona for persona in personas)
    assert any({"name", "description", "tags"} <= persona.keys() for persona in personas)


def test_some_names_need_more_than_ascii() -> None:
    assert sum(not (name_of(load(path)) or "").isascii() for path in PERSONAS) >= 5


@pytest.mark.parametrize("path", VOICES, ids=shown)
def test_a_customer_tells_age_place_needs_and_painpoints(path: Path) -> None:
    customer = load(path)
    demographics = customer["demographics"]

    assert isinstance(demographics, dict)
    assert demographics["ageGroup"] in AGE_GROUPS
    assert demographics["location"]
    assert customer["id"] == path.stem
    assert customer["behavior"]
    assert customer["needs"]
    assert customer["painpoints"]


def test_the_customers_cover_every_age_group() -> None:
    assert {value for path in VOICES for key, value in values(load(path)) if key == "ageGroup"} == AGE_GROUPS


@pytest.mark.parametrize("path", SCENARIOS, ids=shown)
def test_a_scenario_speaks_of_people_who_have_a_persona(path: Path) -> None:
    names = {name_of(load(persona)) for persona in PERSONAS}
    scenario = load(path)["scenario"]

    assert isinstance(scenario, dict)
    assert {scenario["caller"], scenario["agent"]} <= names


@each_prompt
def test_a_prompt_says_what_it_is(path: Path) -> None:
    front, body = parts(path)

    assert front["name"]
    assert front["description"]
    assert ROLE.findall(body)[0] == "system"
    assert ROLE.findall(body)[-1] == "user"


@each_prompt
def test_a_prompt_speaks_one_generation_throughout(path: Path) -> None:
    front, _ = parts(path)
    inputs = front["inputs"]

    if is_v1(front):
        assert isinstance(inputs, dict)
        assert all("type" in each for each in inputs.values())
        assert front.keys().isdisjoint({"metadata", "outputs", "tools"})
    else:
        assert isinstance(inputs, list)
        assert all("kind" in each for each in inputs)
        assert all("items" in each for each in inputs if each["kind"] == "array")
        assert front.keys().isdisjoint({"sample", "authors", "tags", "base", "version"})


@each_prompt
def test_declared_inputs_are_the_variables_of_the_body(path: Path) -> None:
    front, body = parts(path)

    assert len(declared(front)) == len(set(declared(front)))
    assert set(declared(front)) == used(front, body)


@each_prompt
def test_a_file_that_a_prompt_refers_to_lies_beside_it(path: Path) -> None:
    front, _ = parts(path)

    for target in references(front, "file"):
        assert (path.parent / target).is_file()
        assert (path.parent / target).resolve().is_relative_to(path.parent.resolve())


@pytest.mark.parametrize("path", SAMPLED, ids=shown)
def test_a_sample_fills_the_whole_prompt(path: Path) -> None:
    front, body = parts(path)
    inputs, sample = front["inputs"], sample_of(path)

    assert isinstance(inputs, dict)
    assert sample.keys() <= inputs.keys()
    defaults = {name: each["default"] for name, each in inputs.items() if "default" in each}
    environment = Environment(undefined=StrictUndefined, loader=FileSystemLoader(path.parent))
    rendered = environment.from_string(body).render(defaults | sample)
    assert "{{" not in rendered
    assert "{%" not in rendered


@pytest.mark.parametrize("path", VOICES, ids=shown)
def test_every_customer_can_be_interviewed(path: Path) -> None:
    _, body = parts(ROOT / "prompts" / "research" / "persona-interview.prompty")
    customer = load(path)

    rendered = Environment().from_string(body).render(persona=customer, question="What happened?")

    spoken = [
        value
        for key, value in values(customer)
        if key in {"name", "behavior", "needs", "painpoints", "ageGroup"}
    ]
    assert [text for text in spoken if str(text) not in rendered] == []


def test_the_prompts_show_every_feature() -> None:
    taken = [parts(path) for path in PROMPTS]
    fronts = [front for front, _ in taken]

    assert sum(is_v1(front) for front in fronts) >= 4
    assert sum(not is_v1(front) for front in fronts) >= 4
    assert len(SAMPLED) >= 4
    assert any(is_mustache(front) for front in fronts)
    assert any(references(front, "file") for front in fronts)
    assert any(references(front, "env") for front in fronts)
    assert any("outputs" in front for front in fronts)
    assert any(key == "default" for front in fronts for key, _ in values(front["inputs"]))
    assert any(offers_a_function(front) for front in fronts)
    assert any(ROLE.findall(body).count("assistant") >= 3 for _, body in taken), "few-shot examples"
    assert any("{% for" in body and "{% if" in body for _, body in taken)
