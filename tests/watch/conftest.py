import pytest

from tests.watch.hint_recorder import Recorder


@pytest.fixture
def hints() -> Recorder:
    return Recorder()
