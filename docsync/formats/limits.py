"""Limits on what the formats read of a file. Never decides what happens beyond them: the formats do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds that keep a hostile file from harming anything but itself.

    `max_depth` is nesting of objects and lists, `json_containers` how many of both a JSON file may hold,
    `body_escapes` by how many characters a body may grow when JSON writes it; `yaml_events` and
    `front_matter_bytes` bound what YAML may say, `alias_values` what its aliases may expand to;
    `template_tags` and `template_bytes` what is analysed inside template tags; `problems`, `tags`,
    `tag_characters` and `search_bytes` what is kept of the outcome.
    """

    max_depth: int = 100
    json_containers: int = 160_000
    body_escapes: int = 524_288
    front_matter_bytes: int = 65536
    yaml_events: int = 20000
    alias_values: int = 20000
    template_tags: int = 2000
    template_bytes: int = 32768
    problems: int = 20
    tags: int = 100
    tag_characters: int = 200
    search_bytes: int = 65536


LIMITS = Limits()
