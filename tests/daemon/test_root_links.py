"""A collection's folder may be a link within the project; one that leads out gives nothing of what lies there."""

import subprocess
import time
from pathlib import Path

import pytest

from tests.daemon.running import Daemon

SECRET = '{"name": "somebody else\'s"}'


@pytest.fixture
def outside(daemon: Daemon) -> Path:
    folder = daemon.root.parent / "outside"
    (folder / "inner").mkdir(parents=True)
    for place in (folder, folder / "inner"):
        (place / "config.json").write_text(SECRET)
    return folder


def toml(daemon: Daemon, path: str) -> None:
    table = f'type = "persona"\npath = "{path}"\ninclude = ["**/*.json"]\nformat = "json"\n'
    daemon.write("docsync.toml", f"[[collections]]\n{table}")


@pytest.mark.parametrize("path", ["data", "data/inner", "data/../data", "./data/"])
@pytest.mark.parametrize("command", ["sync", "run", "check", "verify", "list"])
def test_a_folder_that_leads_out_is_refused_like_one_that_is_written_so(
    daemon: Daemon, outside: Path, path: str, command: str
) -> None:
    (daemon.root / "data").symlink_to(outside)
    toml(daemon, path)
    done = daemon.run(command)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "inside the project" in done.stderr or "leads out of the project" in done.stderr
    assert "somebody" not in done.stdout + done.stderr
    assert not (daemon.root / ".docsync").exists()


def test_a_link_that_stays_in_the_project_and_a_mount_are_read(daemon: Daemon, outside: Path) -> None:
    (daemon.root / "real").mkdir()
    daemon.write("real/ada.json", '{"name": "Ada"}')
    (daemon.root / "data").symlink_to("real")
    toml(daemon, "data")
    assert daemon.run("sync").returncode == 0
    assert daemon.documents() == 1
    (daemon.root / "data").unlink()
    (daemon.root / "data").mkdir()
    if subprocess.run(
        ["mount", "--bind", str(outside), str(daemon.root / "data")], capture_output=True
    ).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        daemon.run("sync")
        assert daemon.value("SELECT count(*) FROM documents WHERE name LIKE 'somebody%'") == 2
    finally:
        subprocess.run(["umount", str(daemon.root / "data")], check=True)


def test_a_link_that_is_turned_away_while_docsync_runs_keeps_its_rows(daemon: Daemon, outside: Path) -> None:
    daemon.write("real/ada.json", '{"name": "Ada"}')
    daemon.write("other/bo.json", '{"name": "Bo"}')
    link = daemon.root / "data"
    link.symlink_to("real")
    toml(daemon, "data")
    daemon.start()
    assert daemon.value("SELECT name FROM documents") == "Ada"

    link.unlink()
    link.symlink_to(outside)
    daemon.until(lambda: [r["code"] for r in daemon.status()["reasons"] if r["code"] == "root_outside"])
    daemon.wait()
    time.sleep(0.7)  # longer than bad news has to last
    daemon.wait()
    assert daemon.query("SELECT name FROM documents") == [("Ada",)]
    assert daemon.value("SELECT code FROM problems") == "root-outside"

    link.unlink()
    link.symlink_to("real")
    daemon.until(lambda: not daemon.status()["reasons"])
    daemon.wait()
    daemon.until(lambda: daemon.query("SELECT code FROM problems") == [])
    assert daemon.query("SELECT name FROM documents") == [("Ada",)]


def test_a_schema_outside_of_the_project_is_refused(daemon: Daemon, outside: Path) -> None:
    (daemon.root / "link.json").symlink_to(outside / "config.json")
    for schema in ("../outside/config.json", str(outside / "config.json"), "link.json"):
        toml(daemon, "personas")
        with (daemon.root / "docsync.toml").open("a") as file:
            file.write(f'schema = "{schema}"\n')
        done = daemon.run("sync")
        assert (done.returncode, "outside of the project" in done.stderr) == (2, True), done.stderr
