"""Paths, patterns, ids and places: which names are documents, and their ids. Never looks at the disk."""

from docsync.names.closest import find_closest
from docsync.names.collection import Collection
from docsync.names.foreign import describe_foreign, is_foreign, is_unwatched, list_foreign
from docsync.names.glob import (
    compile_any,
    compile_glob,
    expand_braces,
    find_never_read,
    list_fixed_names,
    stands_for_more,
    suffix_of,
)
from docsync.names.hidden import VOLUME_LINK, describe_hidden, is_hidden
from docsync.names.path import (
    EVERYTHING,
    MAX_PLACE_CHARACTERS,
    ancestors,
    covers,
    drop_covered,
    fold_path,
    is_within,
    strip_folder,
    truncate_place,
)
from docsync.names.printable import (
    compile_invisible,
    from_visible,
    is_presentable,
    to_printable,
    to_visible,
    widen_escaped,
)

__all__ = [
    "EVERYTHING",
    "MAX_PLACE_CHARACTERS",
    "VOLUME_LINK",
    "Collection",
    "ancestors",
    "compile_any",
    "compile_glob",
    "compile_invisible",
    "covers",
    "describe_foreign",
    "describe_hidden",
    "drop_covered",
    "expand_braces",
    "find_closest",
    "find_never_read",
    "fold_path",
    "from_visible",
    "is_foreign",
    "is_hidden",
    "is_presentable",
    "is_unwatched",
    "is_within",
    "list_fixed_names",
    "list_foreign",
    "stands_for_more",
    "strip_folder",
    "suffix_of",
    "to_printable",
    "to_visible",
    "truncate_place",
    "widen_escaped",
]
