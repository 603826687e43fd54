"""Finds what is wrong with the values that were given: unknown keys, wrong values, values at odds.

Never raises.
"""

from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath, relpath

from docsync.config.keys import REQUIRED, RULES, SETTINGS, KeyRule
from docsync.config.source import ConfigValue
from docsync.names import (
    describe_hidden,
    expand_braces,
    find_closest,
    find_never_read,
    is_hidden,
    strip_folder,
    suffix_of,
    to_printable,
)


def check_layer(
    layer: Iterator[ConfigValue], rules: Mapping[str, KeyRule], mistakes: list[str]
) -> list[ConfigValue]:
    """The known keys of *layer*, a refused value replaced by None; every mistake is added to *mistakes*."""
    kept: list[ConfigValue] = []
    for given in layer:
        rule = rules.get(given.setting)
        if rule is None:
            mistakes.append(f"{given.where}: unknown key {given.written}{_suggestion(given)}")
            continue
        expected = rule.refusal(given.value)
        if expected is not None:
            mistakes.append(
                f"{given.where}: {given.written} must be {expected}, got {_format_value(given.value)}"
            )
        kept.append(given if expected is None else given._replace(value=None))
    return kept


def _suggestion(given: ConfigValue) -> str:
    table, _, name = given.setting.rpartition(".")
    siblings = [key.rpartition(".")[2] for key in RULES if key.rpartition(".")[0] == table and key[-1] != "]"]
    near = [key for key in SETTINGS if not table and key.endswith(f".{name}")]  # written outside its table
    near = near or find_closest(name, siblings, 1)
    near = near or find_closest(given.setting, SETTINGS, 1)
    return f"; did you mean {near[0]}?" if near and near[0] != name else ""


def _format_value(value: object) -> str:
    match value:
        case bool():
            text = str(value).lower()
        case int() if value.bit_length() > 256:  # Python refuses to write the longest ones in decimal
            text = f"{value:#x}"
        case str():
            text = '"' + to_printable(value).replace('"', '\\"') + '"'
        case dict():
            text = "a table"
        case list() | tuple():
            text = "[" + ", ".join(_format_value(item) for item in value) + "]"
        case _:
            text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"


def item_mistakes(layer: list[ConfigValue]) -> Iterator[str]:
    """What is wrong with the collections and the clients of one layer that no single value shows."""
    values = {given.key: given for given in layer}
    for name, required in REQUIRED.items():
        first: dict[object, ConfigValue] = {}
        for item in items(values, name):
            for key in required:
                if f"{item.key}.{key}" not in values and item.value is not None:
                    yield f"{item.where}: {item.written} needs {key}"
            yield from _include_mistakes(values.get(f"{item.key}.include"))
            yield from _find_duplicate(values.get(f"{item.key}.{required[0]}"), first)


def _find_duplicate(given: ConfigValue | None, first: dict[object, ConfigValue]) -> Iterator[str]:
    if given is None or given.value is None:
        return
    other = first.setdefault(given.value, given)
    if other is not given:
        yield f"{given.where}: {given.written} {_format_value(given.value)} is taken by {other.written} ({other.where})"


def items(values: Mapping[str, ConfigValue], name: str) -> list[ConfigValue]:
    """The collections or the clients (*name*) among *values*, in their order."""
    return [given for key, given in values.items() if key.startswith(f"{name}[") and key.endswith("]")]


def _include_mistakes(include: ConfigValue | None) -> Iterator[str]:
    """What is wrong with patterns: they have no suffix in common, or one can match nothing."""
    if include is None or not isinstance(include.value, list):
        return
    yield from _never_read_mistakes(include, include.value)
    plain = [one for pattern in include.value for one in expand_braces(pattern)]
    suffixes = {pattern: suffix_of(pattern) for pattern in plain}
    if None in suffixes.values():
        pattern = next(pattern for pattern, suffix in suffixes.items() if suffix is None)
        expected = f'must end in a suffix such as ".json", got {_format_value(pattern)}'
    elif len(set(suffixes.values())) > 1:
        expected = (
            f"must all end in the same suffix, got {_format_value([*dict.fromkeys(suffixes.values())])}"
        )
    else:
        return
    yield f"{include.where}: {include.written} {expected}, so that no two files share an id"


def _never_read_mistakes(include: ConfigValue, patterns: list[str]) -> Iterator[str]:
    for pattern in patterns:
        part = find_never_read(pattern)
        if part is None:
            continue
        folder = "rename the folder, or make it the path of a collection of its own"
        is_name = part == pattern.rpartition("/")[2]
        yield (
            f"{include.where}: {include.written} {_format_value(pattern)} matches nothing: "
            f"{describe_hidden(part)}; {'rename the files' if is_name else folder}"
        )


def find_conflicts(values: Mapping[str, ConfigValue], root: str, *, has_token: bool) -> Iterator[str]:
    """The mistakes of settings that contradict each other.

    *has_token*: the environment holds the admin token.
    """
    yield from _check_order(values["watch.settle_ms"], values["watch.debounce_ms"])
    yield from _check_order(values["watch.debounce_ms"], values["watch.max_delay_ms"])
    if not has_token and not items(values, "clients"):
        yield from _check_exposure(values)
    for item in items(values, "collections"):
        folder = values.get(f"{item.key}.path")
        if folder is not None:
            yield from _check_database_place(values["database.path"], folder, root)


def _check_order(less: ConfigValue, more: ConfigValue) -> Iterator[str]:
    if isinstance(less.value, int) and isinstance(more.value, int) and less.value > more.value:
        where = more.where if less.origin == "default" else less.where
        yield f"{where}: {less.written} ({less.value}) must not exceed {more.written} ({more.value})"


def _check_exposure(values: Mapping[str, ConfigValue]) -> Iterator[str]:
    host, token_file = values["admin.host"], values["admin.token_file"]
    # A token file that was refused is no reason to complain about the host as well.
    is_guarded = token_file.value is not None or token_file.origin != "default"
    if (
        isinstance(host.value, str)
        and not is_guarded
        and values["admin.enabled"].value
        and not _is_loopback(host.value)
    ):
        yield f"{host.where}: {host.written} {_format_value(host.value)} is not this machine alone; set admin.token_file too"


def _is_loopback(host: str) -> bool:
    if host in ("127.0.0.1", "::1", "localhost"):
        return True
    import ipaddress  # costs 5 ms and is hardly ever needed

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_database_place(database: ConfigValue, folder: ConfigValue, root: str) -> Iterator[str]:
    if not isinstance(database.value, str) or not isinstance(folder.value, str):
        return
    place = relpath(normpath(join(root, database.value)), root)
    inner = strip_folder(
        normpath(folder.value), place
    )  # a place outside the root begins with "..", which counts as hidden
    if inner is not None and not any(is_hidden(part) for part in dirname(inner).split("/")):
        where = folder.where if database.origin == "default" else database.where
        yield (
            f"{where}: {database.written} {_format_value(database.value)} lies in the folder of "
            f"{folder.written} {_format_value(folder.value)}; nothing is written among documents"
        )
