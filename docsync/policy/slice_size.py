"""How many paths one batch takes of many that are due: as many as take about 20 ms. No I/O."""

_AIM_SECONDS = 0.020
_FIRST = 100
_FEWEST, _MOST = 10, 1_000


class SliceSize:
    """Follows what a file has cost lately. `paths` is how many the next batch takes at the most."""

    def __init__(self) -> None:
        self.paths = _FIRST

    def mark(self, count: int, work: float, commit: float) -> None:
        """A batch of *count* files took so many seconds of *work*, and then its *commit*.

        Where a commit is dear a slice works as long as that, so that slices take at most twice as long as one
        batch. Few files tell nothing.
        """
        if count * 2 < self.paths:
            return
        fitting = int(max(_AIM_SECONDS, commit) * count / work) if work > 0 else _MOST
        self.paths = max(_FEWEST, min(fitting, _MOST))
