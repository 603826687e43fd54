"""`docsync config show`: what holds, and where each value was written. Changes nothing."""

import json
from typing import TYPE_CHECKING

import click

from docsync.cli.flags import command, make_shared_flags, pass_session
from docsync.cli.session import Session

if TYPE_CHECKING:
    from docsync.config import Setting


@click.group("config", params=make_shared_flags(hidden=True))
def config_command() -> None:
    """Look at the configuration."""


@command
@click.option("--origin", is_flag=True, help="Say where each value was written.")
@pass_session
def show_command(session: Session, *, origin: bool) -> int:
    """Show every setting that holds here.

    DOCSYNC_* variables win over docsync.toml, and that over the defaults.
    """
    from docsync.config import list_settings

    config = session.project().config
    settings = list_settings(config)
    value = {
        "root": str(config.root),
        "file": config.file and str(config.file),
        "environment": config.environment,
        "settings": [{"key": one.key, "value": one.value, "origin": one.origin} for one in settings],
    }
    width = max(len(_line(setting)) for setting in settings)
    session.out.remark(f"# {config.file or f'no docsync.toml; these are the defaults for {config.root}'}")
    session.out.answer(value, (f"{_line(s):{width}}  # {s.origin}" if origin else _line(s) for s in settings))
    return 0


def _line(setting: "Setting") -> str:
    # What TOML and JSON have in common is all that a setting can hold.
    return f"{setting.key} = {'(not set)' if setting.value is None else json.dumps(setting.value, ensure_ascii=False)}"


config_command.add_command(show_command)
