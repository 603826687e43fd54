"""`docsync problems`: what is wrong with files. Never writes."""

from collections.abc import Iterable

from docsync.cli.flags import command, pass_session
from docsync.cli.one_state import print_one_state
from docsync.cli.pages import Pages
from docsync.cli.read_options import open_database
from docsync.cli.session import Session
from docsync.cli.view.output import json_list
from docsync.cli.view.text import count_noun, problem_lines


@command
@pass_session
def problems_command(session: Session) -> int:
    """List what is wrong with files, errors first, and since when."""
    with open_database(session) as reader:
        listed = Pages(reader.problems)

        def render() -> Iterable[str]:
            if session.json:
                version = {"epoch": reader.epoch(), "revision": reader.revision()}
                return json_list(version, "problems", listed)
            return (
                line for one in listed for line in problem_lines(one.problem, session.out.time(one.since))
            )

        print_one_state(session, reader, render)
    session.out.remark(count_noun(listed.done, "problem"))
    return 0
