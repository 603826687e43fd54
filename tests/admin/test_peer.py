"""Both ends of the Unix socket ask who is at the other end, whatever the mode of its file is."""

import os
import socket
import tempfile
from functools import partial
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from docsync.admin.client import Client
from docsync.admin.http.access import admit_owner
from docsync.admin.http.problem_response import Refusal
from docsync.errors import NotReachable
from tests.helpers.user import NEEDS_ROOT, OWNER, STRANGER


def try_client(path: Path) -> str:
    try:
        Client(path, 5).post("/v1/wait", {"paths": ["secret"]})
    except NotReachable as error:
        return str(error)
    return "answered"


@NEEDS_ROOT
def test_a_client_says_nothing_to_another_user_who_answers_in_the_place_of_docsync() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name, socket.socket(socket.AF_UNIX) as listener:
        folder = Path(name)
        os.chown(folder, OWNER.uid, OWNER.gid)
        folder.chmod(0o777)
        there, here = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(there)
            STRANGER.become()
            listener.bind(str(folder / "docsync.sock"))
            (folder / "docsync.sock").chmod(0o666)
            listener.listen()
            os.write(here, b"l")
            peer, _ = listener.accept()
            os.write(here, peer.recv(100) or b"nothing")
            os._exit(0)
        os.close(here)
        assert os.read(there, 1) == b"l"
        assert f"user {STRANGER.uid} answers there" in OWNER.ask(partial(try_client, folder / "docsync.sock"))
        assert os.read(there, 100) == b"nothing"
        os.close(there)
        os.waitpid(child, 0)


@pytest.mark.parametrize("uid", [None, 0, os.geteuid()])
def test_the_daemon_answers_its_own_user_and_root(uid: int | None) -> None:
    scope = {"type": "http", "state": {"peer": "socket", "uid": uid}}
    assert admit_owner(scope, Headers()).may_operate


def test_the_daemon_answers_nobody_else_whatever_the_mode_of_the_socket_is() -> None:
    with pytest.raises(Refusal, match="only to the user"):
        admit_owner({"type": "http", "state": {"peer": "socket", "uid": STRANGER.uid}}, Headers())
