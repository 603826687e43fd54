"""docsync.toml of this repository: it shows every key with its default."""

import re
from pathlib import Path

from docsync.config import Config, list_settings, load_config
from docsync.config.keys import ITEMS, SETTINGS

SHOWN = Path(__file__).parents[2] / "docsync.toml"
COMMENTED = re.compile(r"^# (?=[a-z_]+ = |\[[a-z.]+\]$|\[\[clients\]\]$)", re.MULTILINE)


def values_of(config: Config) -> dict[str, object]:
    return {setting.key: setting.value for setting in list_settings(config)}


def test_its_values_are_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()

    assert values_of(load_config(SHOWN.parent, file=SHOWN, environ={})) == values_of(
        load_config(tmp_path, environ={})
    )


def test_it_names_every_key(tmp_path: Path) -> None:
    file = tmp_path / "docsync.toml"
    whole = COMMENTED.sub("", SHOWN.read_text(encoding="utf-8"))
    file.write_text(whole, encoding="utf-8")

    origins = load_config(tmp_path, environ={}).origins

    items = (f"{items}[0].{name}" for items, rules in ITEMS.items() for name in rules)
    keys = [*SETTINGS, *items]
    assert [key for key in keys if origins[key] == "default"] == []


def test_its_example_of_an_environment_works_when_the_comment_signs_are_taken_away(tmp_path: Path) -> None:
    file = tmp_path / "docsync.toml"
    file.write_text(COMMENTED.sub("", SHOWN.read_text(encoding="utf-8")), encoding="utf-8")

    config = load_config(tmp_path, environ={}, environment="production")

    assert config.log.format == "json"
    assert config.origins["log.format"].endswith("(env.production)")


def test_every_key_has_a_comment_that_explains_it() -> None:
    in_example = False
    for line in SHOWN.read_text(encoding="utf-8").splitlines():
        in_example = in_example or line.startswith('type = "prompt_template"')
        if re.match(r"(# )?[a-z_]+ = ", line) and not in_example:
            assert re.search(r"  # \w", line), line
