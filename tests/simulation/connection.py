"""A writer's connection that fails when it is told to and tells when it has committed. Never changes a statement."""

from collections.abc import Iterable
from typing import Any

import apsw

from tests.simulation.faults import Faults

_ERRORS: dict[str, type[apsw.Error]] = {"locked": apsw.BusyError, "full": apsw.FullError}


class FaultyConnection(apsw.Connection):
    """Every statement that writes, BEGIN, and COMMIT before and after it is done, are places to fail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.faults = Faults(lambda fault: _ERRORS[fault]("simulated"))

    def execute(self, statement: str, bindings: Any = None, **kwargs: Any) -> apsw.Cursor:  # type: ignore[override]  # as docsync calls it
        if statement[:6] not in ("SELECT", "ROLLBA"):
            self.faults.place()
        answer = super().execute(statement, bindings, **kwargs)
        if statement == "COMMIT":
            self.faults.committed()
            self.faults.place(after=True)
        return answer

    def executemany(self, statement: str, bindings: Iterable[Any], **kwargs: Any) -> apsw.Cursor:  # type: ignore[override]  # as docsync calls it
        self.faults.place()
        return super().executemany(statement, bindings, **kwargs)
