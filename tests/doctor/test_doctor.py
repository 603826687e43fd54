"""docsync doctor: what it finds in real projects, with a real daemon, repository and disk."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest

from docsync.doctor import Diagnosis, Level, Target, examine
from docsync.permission import Mode
from docsync.store.epoch import wal_of
from docsync.upkeep.one_shot import sync_once
from tests.daemon.running import Daemon
from tests.helpers.powerless import POWERLESS, give_away, needs_power
from tests.helpers.project import Project, damage_within

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def project(project: Project) -> Project:
    """Two documents, synced; nobody has the database open."""
    project.close()
    project.persona("personas/ada.json")
    project.write("prompts/greet.prompty", "---\nname: Greet\n---\nsystem:\nHello.\n")
    project.settings = replace(project.settings, mode=Mode.SHARED)
    sync_once(project.settings, project.database)
    return project


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path / "project")
    daemon.environ["DOCSYNC_WATCH__DEBOUNCE_MS"] = "50"
    daemon.write("docsync.toml", '[database]\nmode = "shared"\n')
    yield daemon
    daemon.kill()


def target(project: Project, **changes: Any) -> Target:
    return replace(Target(project.settings, project.database, "auto", 1000, None), **changes)


def found(target: Target) -> list[Diagnosis]:
    return list(examine(target))


def bad(findings: list[Diagnosis]) -> list[tuple[str, Level, str]]:
    return [
        (one.topic, one.level, one.message) for one in findings if one.level in (Level.WARNING, Level.ERROR)
    ]


def told(findings: list[Diagnosis], words: str) -> Diagnosis:
    """The one finding that says *words*."""
    matching = [one for one in findings if words in one.message]
    assert len(matching) == 1, [one.message for one in findings]
    return matching[0]


def test_a_project_in_good_health_has_no_warning(project: Project) -> None:
    findings = found(target(project))

    assert bad(findings) == []
    assert told(findings, "personas: 1 file").topic == "persona"
    assert told(findings, "2 documents, revision 1, epoch ").level is Level.OK
    assert told(findings, "every row is what was written").level is Level.OK
    assert told(findings, "none runs").advice == "start one with: docsync run"


def test_whatever_is_wrong_comes_with_what_to_do(project: Project) -> None:
    shutil.rmtree(project.root / "personas")
    damage_within(project.database)

    findings = [one for one in found(target(project)) if one.level in (Level.WARNING, Level.ERROR)]

    assert len(findings) >= 2
    assert [one for one in findings if not one.advice] == []


def test_it_changes_nothing(project: Project) -> None:
    def all_files() -> dict[Path, bytes]:
        return {
            file: file.read_bytes()
            for file in project.root.rglob("*")
            if file.is_file() and "-shm" not in file.name
        }

    before = all_files()
    found(target(project))

    assert all_files() == before


# Files


def test_a_folder_that_is_not_there_is_a_warning(project: Project) -> None:
    shutil.rmtree(project.root / "prompts")
    finding = told(found(target(project)), "prompts: no such folder")
    assert (finding.topic, finding.level) == ("prompt_template", Level.WARNING)


def test_a_folder_without_documents_is_a_warning(project: Project) -> None:
    (project.root / "prompts/greet.prompty").rename(project.root / "prompts/greet.txt")
    finding = told(found(target(project)), "prompts: no file in it matches **/*.prompty")
    assert finding.advice == "see: docsync config show"


def test_names_that_are_never_documents_are_noted(project: Project) -> None:
    for name in ("a", "b", "c"):
        os.mkfifo(project.root / "personas" / f"{name}.json")
    finding = told(found(target(project)), "personas/a.json: is never a document")
    assert finding.level is Level.NOTE
    assert finding.message.endswith(", and 2 more")


def by_another_user(root: Path) -> subprocess.CompletedProcess[str]:
    """docsync doctor, run by somebody to whom nothing of the project belongs."""
    give_away(root)
    command = [*POWERLESS, sys.executable, "-m", "docsync", "doctor"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)


@needs_power
def test_what_may_not_be_read_or_written_is_an_error(project: Project) -> None:
    (project.root / "personas/closed").mkdir(mode=0o700)
    (project.root / "prompts").chmod(0o700)

    done = by_another_user(project.root)

    assert done.returncode == 1, done.stderr
    assert "personas/closed: cannot be read" in done.stdout
    assert "prompts: cannot be read" in done.stdout
    assert f"{project.database.parent}: not writable" in done.stdout
    assert "did not come back" not in done.stdout, "nothing could be written to try the watcher"


@needs_power
def test_a_folder_or_database_that_is_closed_to_this_user_is_an_error_and_the_rest_is_told(
    project: Project,
) -> None:
    project.database.chmod(0o600)
    done = by_another_user(project.root)
    assert f"error    database         {project.database}: permission denied\n" in done.stdout

    project.database.parent.chmod(0o700)
    done = by_another_user(project.root)
    assert f"error    permission       {project.database.parent}: permission denied\n" in done.stdout
    assert "ok       persona          personas: 1 file\n" in done.stdout


@needs_power
def test_a_daemon_of_another_user_is_no_error(daemon: Daemon) -> None:
    daemon.persona("personas/ada.json")
    daemon.write("prompts/greet.prompty", "---\nname: Greet\n---\nsystem:\nHello.\n")
    daemon.start()
    assert daemon.process

    done = by_another_user(daemon.root)

    assert f"note     daemon           process {daemon.process.pid} of another user" in done.stdout
    assert (done.returncode, done.stderr.split(", ")[1:]) == (0, ["0 errors", "0 warnings\n"])


# The watcher


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is of Linux")
def test_a_watcher_is_tried_out(project: Project) -> None:
    finding = told(found(target(project)), "inotify: a file that was written came back after ")
    assert finding.level is Level.OK
    assert sorted(file.name for file in project.database.parent.iterdir() if file.is_dir()) == []


def test_polling_that_was_chosen_is_no_warning(project: Project) -> None:
    findings = found(target(project, mode="poll"))
    assert bad(findings) == []
    assert told(findings, "polling: polling, as configured").level is Level.NOTE


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is of Linux")
def test_a_watcher_that_brings_nothing_is_an_error(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "docsync.sync.thread.barrier.Barrier.take", lambda *_: True
    )  # as if no event ever came
    monkeypatch.setattr("docsync.sync.thread.barrier.PATIENCE_SECONDS", 0.05)
    assert told(found(target(project)), "a file that was written did not come back").level is Level.ERROR


# The machine


def test_a_process_that_may_open_few_files_is_a_warning(project: Project) -> None:
    command = f"ulimit -n 128; exec {sys.executable} -m docsync doctor"
    done = subprocess.run(
        ["bash", "-c", command], cwd=project.root, capture_output=True, text=True, timeout=60
    )
    assert "a process may open no more than 128 files" in done.stdout
    assert "raise the limit: LimitNOFILE= of systemd" in done.stdout, "this is all that is allowed here"


def test_a_port_that_is_taken_is_a_warning(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        findings = found(target(project, http=("127.0.0.1", port)))
    assert told(findings, f"127.0.0.1:{port} is taken by another program").level is Level.WARNING
    assert (
        told(found(target(project, http=("127.0.0.1", port))), f"127.0.0.1:{port} is free").level is Level.OK
    )


def test_an_address_that_this_machine_has_not_is_a_warning(project: Project) -> None:
    finding = told(found(target(project, http=("192.0.2.1", 8787))), "192.0.2.1:8787 cannot be had")
    assert "admin.port" in finding.advice


# The database


def test_a_database_that_is_not_there_yet_is_no_warning(project: Project) -> None:
    shutil.rmtree(project.database.parent)
    findings = found(target(project))
    assert bad(findings) == []
    assert told(findings, "not there yet").level is Level.NOTE
    assert not project.database.parent.exists()


def test_an_empty_file_is_taken_for_a_database_that_is_not_there_yet(project: Project) -> None:
    for file in project.database.parent.glob("docsync.db*"):
        file.unlink()
    project.database.touch()
    assert told(found(target(project)), "not there yet").level is Level.NOTE


def test_a_pipe_in_the_place_of_the_database_is_an_error_at_once(project: Project) -> None:
    project.database.unlink()
    os.mkfifo(project.database)
    assert told(found(target(project)), "is not a regular file").level is Level.ERROR


def test_deletions_that_are_held_are_a_warning_also_while_no_daemon_runs(project: Project) -> None:
    for number in range(25):
        project.persona(f"personas/p{number}.json")
    sync_once(project.settings, project.database)
    for number in range(25):
        (project.root / f"personas/p{number}.json").unlink()
    sync_once(project.settings, project.database)
    finding = told(found(target(project)), "25 deletions are held")
    assert "docsync release" in finding.advice


def test_damage_is_an_error_and_the_next_step_mends_it(project: Project) -> None:
    damage_within(project.database)
    wal_of(project.database).touch()
    finding = told(found(target(project)), "damaged")
    assert (finding.level, finding.advice) == (Level.ERROR, "mend it with: docsync sync")

    sync_once(project.settings, project.database)
    assert bad(found(target(project))) == []


def test_the_database_of_another_program_is_an_error(project: Project) -> None:
    for file in project.database.parent.glob("docsync.db*"):
        file.unlink()
    other = apsw.Connection(str(project.database))
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    assert told(found(target(project)), "belongs to another program").level is Level.ERROR


def test_a_log_that_another_program_removed_is_a_warning_until_the_next_sync(project: Project) -> None:
    other = apsw.Connection(str(project.database))  # may write, and takes the log away when it closes
    other.execute("SELECT count(*) FROM documents").fetchall()
    other.close()
    assert told(found(target(project)), "its log was not there").level is Level.WARNING

    sync_once(project.settings, project.database)
    assert bad(found(target(project))) == []


def test_a_way_that_is_closed_to_other_users_is_noted(project: Project) -> None:
    for above in project.root.parents:
        mode = above.stat().st_mode
        if mode & 0o055 != 0o055:  # those that are open already may be somebody else's
            above.chmod(mode | 0o055)
    project.root.chmod(0o700)
    assert told(found(target(project)), f"only for users who may enter {project.root}").level is Level.NOTE

    project.root.chmod(0o755)
    project.database.chmod(0o600)
    assert told(found(target(project)), "only its owner may read it").level is Level.NOTE


def test_a_disk_that_is_nearly_full_is_a_warning(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 10**6, 10**6))
    assert told(found(target(project)), "1 MB are free").level is Level.WARNING


@pytest.mark.parametrize(("kind", "is_bad"), [("nfs4", True), ("overlay", False)])
def test_a_database_on_a_network_drive_is_a_warning(
    project: Project, monkeypatch: pytest.MonkeyPatch, kind: str, is_bad: bool
) -> None:
    monkeypatch.setattr("docsync.doctor.database.remote_filesystem", lambda _: kind)
    assert [topic for topic, _, _ in bad(found(target(project)))] == ["database"] * is_bad


# Git


@needs_git
def test_a_database_that_git_does_not_ignore_is_a_warning(project: Project) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=project.root, check=True, capture_output=True)

    assert "git" not in {one.topic for one in found(target(project))}
    git("init")
    assert (
        told(found(target(project)), ".docsync/ is not ignored").advice
        == "add this line to .gitignore: .docsync/"
    )

    project.write(".gitignore", "*.db\n")
    assert told(found(target(project)), ".docsync/ is not ignored"), "its log is part of it"

    project.write(".gitignore", ".docsync/\n")
    assert told(found(target(project)), ".docsync/ is ignored").level is Level.OK

    git("add", "-f", ".docsync/docsync.db")
    advice = told(found(target(project)), "the database is under version control").advice
    assert advice == "take it out: git rm --cached .docsync/docsync.db"
    git(*advice.partition("git ")[2].split())
    assert told(found(target(project)), ".docsync/ is ignored").level is Level.OK


# The daemon


def of(daemon: Daemon) -> Target:
    from docsync.sync.setup import Settings
    from tests.helpers.project import PERSONAS, PROMPTS

    settings = Settings(daemon.root, (PERSONAS, PROMPTS), mode=Mode.SHARED)
    return Target(settings, daemon.database, "auto", 1000, ("127.0.0.1", 1))


def test_a_daemon_that_runs_is_asked_and_left_alone(daemon: Daemon) -> None:
    daemon.persona("personas/ada.json")
    daemon.write("prompts/greet.prompty", "---\nname: Greet\n---\nsystem:\nHello.\n")
    daemon.start()

    findings = found(of(daemon))

    assert bad(findings) == []
    assert daemon.process
    assert told(findings, f"process {daemon.process.pid}, in_sync, watcher ").level is Level.OK
    assert not {"watcher", "endpoint"} & {one.topic for one in findings}, "the daemon has both"


def test_what_a_daemon_complains_about_is_told(daemon: Daemon) -> None:
    daemon.personas(30)
    daemon.write("personas/broken.json", "{")
    daemon.write("docsync.toml", "[log]\nformat = 'json'\n")
    daemon.start()
    shutil.rmtree(daemon.root / "personas/many")
    shutil.rmtree(daemon.root / "prompts")
    daemon.write("docsync.toml", "[log]\nlevel = 'debug'\n")
    daemon.until(lambda: daemon.status()["held"] == 30 and daemon.status()["restart_to_apply"])

    findings = found(of(daemon))

    assert told(findings, "30 deletions are held").level is Level.WARNING
    assert told(findings, "docsync.toml has changed since it started").level is Level.WARNING
    assert told(findings, "2 errors in the files").level is Level.NOTE, "the folder is one"


def test_a_daemon_that_nobody_can_reach_is_an_error(daemon: Daemon) -> None:
    daemon.start()
    (daemon.database.parent / "daemon.json").unlink()
    assert daemon.process
    finding = told(
        found(of(daemon)), f"process {daemon.process.pid} holds the lock, and daemon.json does not say"
    )
    assert finding.level is Level.ERROR


def test_a_daemon_of_another_version_is_to_be_restarted(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.start()
    monkeypatch.setattr("docsync.__version__", "99.0")
    assert told(found(of(daemon)), "this is 99.0").level is Level.WARNING


def test_a_daemon_that_does_not_answer_is_an_error(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon.start()
    assert daemon.process
    monkeypatch.setattr("docsync.doctor.daemon.PATIENCE_SECONDS", 0.2)
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        finding = told(found(of(daemon)), f"process {daemon.process.pid} holds the lock and does not answer")
    finally:
        daemon.process.send_signal(signal.SIGCONT)
    assert finding.level is Level.ERROR


def test_what_is_left_out_is_a_note_with_its_number(project: Project) -> None:
    for path in ("personas/.team/x.json", "personas/node_modules/p/y.json", "personas/node_modules/z.json"):
        project.persona(path)

    said = {one.message: one.level for one in found(target(project)) if one.topic == "files"}

    assert said == {
        "1 file in a hidden folder is not read (personas/.team/x.json)": Level.NOTE,
        "2 files in folders of other programs are not read (such as personas/node_modules/p/y.json)": Level.NOTE,
    }


def test_a_pattern_that_matches_nothing_beside_one_that_does_is_a_note(project: Project) -> None:
    first, *others = project.settings.collections
    two = replace(first, include=(*first.include, "nowhere/*.json"))
    changed = replace(project.settings, collections=(two, *others))

    said = [one.message for one in found(replace(target(project), sync=changed)) if one.topic == "files"]

    assert said == ["personas: no file matches nowhere/*.json"]
