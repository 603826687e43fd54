"""The limits that a process sets itself: never above what it was given."""

import resource

import pytest

from docsync.apart.limit import limit_memory, limit_processor

GIB = 1024**3


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> dict[int, tuple[int, int]]:
    """The limits as the system would have them; nothing is set for the tests themselves."""
    kept = dict.fromkeys((resource.RLIMIT_AS, resource.RLIMIT_CPU), (-1, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "getrlimit", kept.__getitem__)
    monkeypatch.setattr(resource, "setrlimit", kept.__setitem__)
    return kept


def test_without_a_limit_of_the_system_it_may_take_so_much_more_than_now(
    limits: dict[int, tuple[int, int]],
) -> None:
    limit_memory(GIB)
    limit_processor(10)
    assert limits[resource.RLIMIT_AS][0] > GIB
    assert limits[resource.RLIMIT_CPU][0] > 10


def test_a_limit_of_the_system_is_never_raised(limits: dict[int, tuple[int, int]]) -> None:
    limits[resource.RLIMIT_AS], limits[resource.RLIMIT_CPU] = (-1, 4096), (-1, 1)
    limit_memory(GIB)
    limit_processor(10)
    assert limits == {resource.RLIMIT_AS: (4096, 4096), resource.RLIMIT_CPU: (1, 1)}
