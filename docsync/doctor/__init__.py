"""Looks at all that docsync needs, and says how it is and what to do. Mends nothing and writes into no collection."""

from collections.abc import Iterator

from docsync.doctor.daemon import examine_daemon
from docsync.doctor.database import examine_database
from docsync.doctor.files import examine_folders, examine_watcher
from docsync.doctor.finding import Finding, Level
from docsync.doctor.machine import examine_machine, examine_port
from docsync.doctor.patient import Patient
from docsync.doctor.repository import examine_repository

__all__ = ["Finding", "Level", "Patient", "examine"]


def examine(patient: Patient) -> Iterator[Finding]:
    """Everything, in the order in which one thing needs the other."""
    daemon = patient.daemon()
    yield from examine_machine()
    yield from examine_folders(patient)
    if daemon is None:
        yield from examine_watcher(patient)
    yield from examine_repository(patient.sync.root, patient.database)
    yield from examine_database(patient, runs=daemon is not None)
    if daemon is None:
        yield from examine_port(patient.http)
    yield from examine_daemon(daemon)
