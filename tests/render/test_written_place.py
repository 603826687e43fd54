"""A mistake of a request names the place in the front matter, in the words of whoever wrote it."""

from textwrap import dedent
from typing import Any

import pytest

from docsync.formats.yaml_place import yaml_places
from docsync.render.error import RenderError
from docsync.render.written_place import find_written
from tests.render.making import PATH, made

V1 = """
    model:
      api: chat
      configuration: {type: openai, name: gpt-4o, api_key: "${env:NOBODY}"}
      parameters:
        temperature: hot
        max_tokens: many
        response_format: {type: poem}
        tools:
          - type: function
            function: {name: weather, parameters: [{name: city, type: place}]}
          - {type: files, name: disk}
"""
BETA = """
    model: {id: gpt-4o, api: chat, options: {}}
    tools:
      - id: weather
        type: function
        options:
          parameters:
            - {name: city, type: place}
"""
V2 = """
    model:
      id: gpt-4o
      apiType: chat
      options: {topK: 5, maxOutputTokens: many, additionalProperties: {model: mine}}
    tools:
      weather: {kind: function, strict: often, parameters: {city: {kind: place}}}
      a.b: {kind: mcp}
    outputs:
      - {name: sum, kind: number}
      - {kind: string}
      - {name: list, kind: array, items: {kind: place}}
"""


def places_of(method: Any, **arguments: Any) -> list[tuple[str | None, str]]:
    """Where *method* says that something is wrong, and the first words of what is."""
    with pytest.raises(RenderError) as caught:
        method(**arguments)
    assert all(one.path == PATH and one.line is None for one in caught.value.mistakes)
    return [(one.json_path, " ".join(one.message.split()[:4])) for one in caught.value.mistakes]


@pytest.mark.parametrize(
    ("written", "places"),
    [
        (
            V1,
            [
                ("model.parameters.max_tokens", "must be a whole"),
                ("model.parameters.temperature", "must be a number"),
                ("model.parameters.tools[0].function.parameters[0].type", "'place' is no kind"),
                ("model.parameters.tools[1].type", "the tool 'disk' is"),
                ("model.parameters.response_format", "must be a mapping"),
            ],
        ),
        (BETA, [("tools[0].options.parameters[0].type", "'place' is no kind")]),
        (
            V2,
            [
                ("model.options.maxOutputTokens", "must be a whole"),
                ("model.options.additionalProperties.model", "this is no option;"),
                ("tools.weather.parameters.city.kind", "'place' is no kind"),
                ("tools.weather.strict", "must be true or"),
                ("tools.a.b.kind", "the tool 'a.b' is"),
                ("outputs[1]", "a property needs a"),
                ("outputs[2].items.kind", "'place' is no kind"),
                ("model.options.topK", "OpenAI's chat API has"),
            ],
        ),
    ],
)
def test_each_generation_is_told_the_place_in_its_own_words(
    written: str, places: list[tuple[str, str]]
) -> None:
    told = places_of(made(written).openai)
    assert sorted(told) == sorted(places)
    found = yaml_places(dedent(written), [place for place, _ in places])
    assert found.keys() == {place for place, _ in places}, "it can be looked up in the file"


def test_a_variable_that_is_not_set_is_told_where_it_is_asked_for() -> None:
    call = made(V1, environment={})
    assert places_of(call.connection) == [("model.configuration.api_key", "the environment has no")]


@pytest.mark.parametrize(
    ("written", "place", "message"),
    [
        ("model: '${env:MODEL}'", "model", "asks for the variable"),
        ("model: {id: '${env:MODEL}'}", "model.id", "asks for the variable"),
        ("model: {apiType: chat}", "model", "the prompt names no"),
        ("description: nothing of a model", None, "the prompt names no"),
        ("model: {id: m, api: embedding}", "model.api", "the prompt is written"),
        ("model: {id: m, options: '${file:o.json}'}", "model.options", "the file o.json is"),
        ("model: gpt-4o\ntools: '${file:t.json}'", "tools", "the file t.json is"),
        (
            "model: {id: m, options: {responseFormat: {type: text}}}\noutputs: [{name: a, kind: string}]",
            "model.options.responseFormat",
            "outputs and the option",
        ),
    ],
)
def test_the_nearest_place_that_is_written_is_told(written: str, place: str | None, message: str) -> None:
    assert (place, message) in [
        (where, said[: len(message)]) for where, said in places_of(made(written).openai)
    ]


def test_an_option_of_an_api_is_told_also_where_it_is_one_of_the_authors_own() -> None:
    own = "model: {id: claude-x, provider: anthropic, options: {additionalProperties: {stop: 7}}}"
    assert places_of(made(own).anthropic) == [("model.options.additionalProperties.stop", "must be a text")]


def test_an_option_that_is_called_like_a_member_of_the_model_is_no_such_member() -> None:
    call = made("model: {id: m, api: chat, connection: {type: openai}, options: {provider: x}}")
    assert ("model", "the prompt names a") in places_of(call.anthropic)


def test_what_is_wrong_with_a_call_and_not_with_the_prompt_has_no_place() -> None:
    assert places_of(made("model: gpt-4o").openai, without=["x"]) == [(None, "the prompt has no")]


def test_a_mistake_is_printed_with_its_place() -> None:
    with pytest.raises(RenderError) as caught:
        made("model: {id: m, options: {seed: x}}").openai()
    assert str(caught.value) == f"{PATH}: model.options.seed: must be a whole number"


@pytest.mark.parametrize(
    "front_matter", [{}, {"tools": [7, {"name": 7}]}, {"tools": {"": {}}}, {"model": [{"id": 1}]}]
)
@pytest.mark.parametrize("at", ["tools[0]", "tools[9].x", "tools.", "tools", "model.id", "", "[", "a[x]"])
def test_what_is_written_oddly_is_looked_at_without_a_fault(front_matter: dict[str, Any], at: str) -> None:
    place = find_written(front_matter, at)
    assert place is None or place.startswith(("tools", "model"))


def test_a_place_has_a_bound() -> None:
    name = "a" * 1_000
    place = find_written({"model": {"options": {name: 1}}}, f"model.options.{name}")
    assert place is not None
    assert len(place) == 301
