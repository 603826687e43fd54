"""One pass over a project's real files and database, as the walker makes it, and its delivery decided in one batch."""

from collections.abc import Callable
from itertools import count

from docsync.policy.batch import Batch
from docsync.store.connection import open_reader_connection
from docsync.store.survey_rows import SurveyRows
from docsync.sync.batch.batch_context import BatchReport
from docsync.sync.delivery import Delivery, WalkOrder
from docsync.sync.rescan.ports import Sources
from docsync.sync.rescan.survey_pass import survey_beside
from docsync.sync.thread.rescans import find_obstacle
from tests.helpers.project import Project

Between = Callable[[int], None]
"""What happens after so many pieces of a pass."""


def do_pass(project: Project, order: WalkOrder, between: Between = lambda _: None) -> Delivery:
    """What a pass finds; *between* is called after each piece of it."""
    with open_reader_connection(project.database) as connection:
        work = survey_beside(Sources(project.settings.tree(), SurveyRows(connection)), order)
        for pieces in count(1):
            try:
                next(work)
            except StopIteration as end:
                delivery: Delivery = end.value
                return delivery
            between(pieces)
    raise AssertionError("unreachable")


def walk(project: Project, between: Between = lambda _: None, *, reads_all: bool = False) -> Delivery:
    """What a pass finds that is ordered now."""
    return do_pass(project, project.engine.order_survey(1, reads_all=reads_all), between)


def list_claims(delivery: Delivery) -> list[str]:
    """All paths that *delivery* names, and "roots" where a folder is not as it is recorded."""
    rereads = [one.entry.path for one in delivery.rereads]
    return sorted([*delivery.scopes, *delivery.changed, *rereads, *["roots"] * delivery.roots_differ])


def decide(project: Project, delivery: Delivery, resting: frozenset[str] = frozenset()) -> BatchReport:
    """One batch of all that was delivered, or of everything where a first look wants one."""
    if find_obstacle(delivery, reads_all=False, is_first=not project.engine.scanned):
        return project.sync()
    scopes = project.engine.open_delivery(delivery) | set(delivery.changed)
    batch = Batch({}, resting, {}, delivery.asked, scopes, delivery.rereads)
    report = project.engine.sync(batch, project.now_ns, project.last_hints.get)
    project.engine.mark_walked()
    return report


def rescan(project: Project) -> BatchReport:
    """A pass, and the batch of what it delivered."""
    return decide(project, walk(project))
