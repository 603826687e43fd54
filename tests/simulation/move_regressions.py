"""Histories of names that moved and once broke a promise, by what went wrong. They are played for ever."""

from tests.simulation.step import History, Step, Verb

MOVE_REGRESSIONS: dict[str, History] = {
    "a link to a file that has another name, too, goes when that is there": (
        Step(0, Verb.SAVE, path="personas/team/d.json", other="persona/bob"),
        Step(0, Verb.LINK, path="personas/a.json", other="personas/team/d.json"),
        Step(0, Verb.SYMLINK, path="personas/team/deep/e.json", other="../d.json"),
        Step(130, Verb.MOVE, path="personas/team/d.json", other="personas/old/f.json"),
        Step(0, Verb.WAIT, path="personas/team/deep/e.json"),
    ),
    "a file that rests goes with its folder": (
        Step(0, Verb.FILL, path="personas"),
        Step(6001, Verb.OPEN, path="personas/old/f.json"),
        Step(0, Verb.MOVE, path="personas/old", other="personas/team/moved"),
    ),
    "a link to another name of the file that went": (
        Step(0, Verb.SAVE, path="personas/b.json", other="persona/bob"),
        Step(0, Verb.LINK, path="personas/team/deep/e.json", other="personas/b.json"),
        Step(0, Verb.SYMLINK, path="personas/team/a.json", other="../spare.txt", number=1),
        Step(130, Verb.MOVE, path="personas/b.json", other="personas/spare.txt"),
    ),
    "a name that goes, comes back for a moment and goes again": (
        Step(0, Verb.FILL, path="prompts/kit"),
        Step(0, Verb.SAVE, path="prompts/q.prompty", other="prompt/both"),
        Step(0, Verb.DELETE, path="prompts/q.prompty"),
        Step(0, Verb.WRITE, path="prompts/q.prompty", other="prompt/taking"),
        Step(12, Verb.DELETE, path="prompts/q.prompty"),
    ),
}
