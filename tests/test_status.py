"""What docsync says of itself."""

import re
from pathlib import Path

import docsync
from docsync.errors import StoreReason
from docsync.status import Reason

SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in Path(docsync.__file__).parent.rglob("*.py"))


def test_every_reason_that_is_given_somewhere_says_what_to_do() -> None:
    codes = set(re.findall(r'Reason\(\s*"([a-z_]+)"', SOURCE)) | {*StoreReason} - {StoreReason.STOPPING}
    codes |= {"watcher_dead", "no_heartbeat", "root_missing", "root_unreadable"}

    assert len(codes) > 15
    assert [code for code in sorted(codes) if not Reason(code, "", "").advice] == []


def test_an_unknown_reason_has_no_advice() -> None:
    assert Reason("never_heard_of", "", "").advice == ""
