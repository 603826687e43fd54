"""How many paths a batch takes: what is done in 20 ms, by what the last files cost."""

import pytest

from docsync.policy.slice_size import SliceSize


@pytest.mark.parametrize(
    ("work", "paths"), [(0.020, 100), (0.040, 50), (0.010, 200), (0.001, 1000), (2.0, 10), (0.0, 1000)]
)
def test_a_batch_takes_what_is_done_in_20_milliseconds(work: float, paths: int) -> None:
    size = SliceSize()
    size.mark(100, work, 0.005)
    assert size.paths == paths


def test_where_a_commit_is_dear_a_slice_works_as_long_as_that() -> None:
    size = SliceSize()
    for _ in range(10):
        size.mark(size.paths, size.paths * 0.0002, 0.050)
    assert size.paths == 250


def test_a_batch_of_few_files_tells_nothing_of_what_many_cost() -> None:
    size = SliceSize()
    size.mark(10, 0.150, 0.050)
    assert size.paths == 100


def test_large_files_make_slices_small_and_small_ones_large_again() -> None:
    size = SliceSize()
    size.mark(100, 5.0, 0.005)
    assert size.paths == 10
    size.mark(10, 0.002, 0.003)
    assert size.paths == 100
