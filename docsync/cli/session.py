"""The session of one command line: its options and environment, the project and the daemon they lead to.

Prints remarks about slips in the environment and the configuration, and no answer.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from docsync.cli.view.output import Output
from docsync.errors import ConfigError

if TYPE_CHECKING:
    from docsync.admin.client import Client
    from docsync.cli.project import Project


class Session:
    """Options and environment of one command line; the flags are filled in as they are read.

    `here` is the folder that relative paths are resolved against.
    """

    def __init__(self, environ: Mapping[str, str] = MappingProxyType({}), here: Path = Path()) -> None:
        self.environ = environ
        self.here = here
        self.config: Path | None = None
        self.env: str | None = None
        self.json = False
        self.quiet = False
        self.verbose = False
        self.color = "auto"
        self.typos_remarked = False

    @property
    def out(self) -> Output:
        """Where the command prints."""
        return Output(self.environ, as_json=self.json, quiet=self.quiet, color=self.color)

    def project(self, **flags: object) -> "Project":
        """The project that the command is about.

        Raises ConfigError. *flags* are settings, with `__` for the dot.
        """
        from docsync.cli.project import Project
        from docsync.config import load_config

        self._remark_typos()
        config = load_config(
            self.here,
            file=self.config and self.here / self.config,
            environ=self.environ,
            environment=self.env,
            flags={key.replace("__", "."): value for key, value in flags.items()},
        )
        return Project(config, self.here)

    def describe_left_out(self, project: "Project") -> list[str]:
        """What is left out of *project*, for people: whoever wants no remarks need not wait for it."""
        if self.quiet or self.json:
            return []
        return project.describe_left_out(with_meant=self.verbose)

    def find_daemon(self, seconds: float = 0.0) -> "tuple[Client, Path]":
        """The daemon to talk to for calls of up to *seconds*, and the folder that it holds.

        Raises NotReachable.

        A docsync.toml that became invalid after the start is remarked on: a daemon can be stopped all the
        same.
        """
        from docsync.cli.project import client_of
        from docsync.config import find_file

        try:
            project = self.project()
        except ConfigError as error:
            file = self.config or find_file(self.here)
            folder = (file.parent if file else self.here).resolve() / ".docsync"
            client = client_of(folder, seconds)
            if client is None:
                raise
            self.out.remark(str(error))
            return client, folder
        return project.require_daemon(seconds), project.database.parent

    def _remark_typos(self) -> None:
        from docsync.cli.environment import find_typos

        if not self.typos_remarked:
            self.typos_remarked = True
            for typo in find_typos(self.environ):
                self.out.remark(typo)
