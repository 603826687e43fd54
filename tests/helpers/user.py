"""Other users of this machine: children of a test that runs as root. Nothing here changes the test's own process."""

import json
import os
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import docsync

NEEDS_ROOT = pytest.mark.skipif(
    os.geteuid() != 0 or sys.platform != "linux", reason="needs root on Linux, to act as several users"
)


@dataclass(frozen=True, slots=True)
class User:
    """The ids of a user; names are not needed."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...] = ()

    def become(self) -> None:
        """Let this process, a child, be the user's."""
        os.setgroups(self.groups)
        os.setgid(self.gid)
        os.setuid(self.uid)

    def ask(self, question: Callable[[], Any], umask: int = 0o022) -> Any:
        """What *question* returns in a process of this user, as JSON can say it; it is forked from this one."""
        there, here = os.pipe()
        child = os.fork()
        if child == 0:
            answer: Any = {"error": "nothing was said"}
            try:
                os.umask(umask)
                self.become()
                answer = question()
            except BaseException as error:  # noqa: BLE001  # told to the parent: the child ends here
                answer = {"error": repr(error)}
            finally:
                os.write(here, json.dumps(answer).encode())
                os._exit(0)
        os.close(here)
        with os.fdopen(there, "rb") as told:
            answer = json.loads(told.read())
        os.waitpid(child, 0)
        if isinstance(answer, dict) and "error" in answer:
            raise AssertionError(f"{self.name}: {answer['error']}")
        return answer


GROUP = 54100
ROOT = User("root", 0, 0)
OWNER = User("owner", 54001, 54001, (GROUP,))
MEMBER = User("group", 54002, 54002, (GROUP,))
STRANGER = User("stranger", 54003, 54003)
READERS = (ROOT, OWNER, MEMBER, STRANGER)


def demand_that_users_can_read_docsync() -> None:
    """Skip where other users may not read the checkout."""
    if not STRANGER.ask(partial(os.access, docsync.__file__, os.R_OK)):
        pytest.skip(f"other users may not read {docsync.__file__}")


def find_python_of_users() -> tuple[str, dict[str, str]]:
    """A Python of this version that other users can run, and the environment in which it finds docsync.

    Skips where there is none: a virtual environment may point into a home that is closed to others.
    """
    demand_that_users_can_read_docsync()
    system = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, system):
        if STRANGER.ask(partial(os.access, python, os.X_OK)):
            places = [str(Path(docsync.__file__).parents[1]), sysconfig.get_path("purelib")]
            return python, {"PYTHONPATH": os.pathsep.join(places)} if python == system else {}
    pytest.skip(f"other users may not run {sys.executable}, and there is no {system}")
