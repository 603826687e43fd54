"""The package itself: what it offers, without loading it."""

import docsync


def test_dir_lists_the_public_names_and_each_is_there() -> None:
    assert set(docsync.__all__) <= set(dir(docsync))
    assert all(hasattr(docsync, name) for name in dir(docsync))
