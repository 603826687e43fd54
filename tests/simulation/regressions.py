"""Histories that once broke a promise, as small as they could be made. They always run; paste new ones at the end."""

from tests.simulation.step import History, News, Step, Verb

REGRESSIONS: dict[str, History] = {
    "a release while the root is away deletes nothing": (
        Step(0, Verb.FILL, path="prompts"),
        Step(1100, Verb.MOVE, path="prompts", other="parked"),
        Step(0, Verb.WRITE, path="prompts/kit/r.prompty", other="prompt/short"),
        Step(6000, Verb.MOVE, path="prompts", other="personas/team/moved"),
        Step(0, Verb.RELEASE),
    ),
    "a reload that was broken off is done again, whatever the settings are then": (
        Step(0, Verb.FILL, path="personas"),
        Step(0, Verb.SAVE, path="personas/team/deep/e.json", other="persona/empty"),
        Step(0, Verb.RESTART, number=3),
        Step(0, Verb.RESTART),
    ),
    "a short prompt under the old name of a renamed one is not forgotten": (
        Step(0, Verb.FILL, path="prompts"),
        Step(40, Verb.MOVE, path="prompts/q.prompty", other="prompts/p.prompty"),
        Step(0, Verb.WRITE, path="prompts/q.prompty", other="prompt/short"),
    ),
    "a file that is back under its own name and inode is no rename": (
        Step(0, Verb.FILL, path="personas"),
        Step(40, Verb.EMPTY, path="personas/team"),
        Step(7, Verb.COPY, path="personas/b.json", other="personas/team/deep/e.json", news=News.LOST),
        Step(0, Verb.REMOVE, path="personas/team/deep"),
    ),
    "a held deletion beneath a folder that is shut stays held": (
        Step(0, Verb.FILL, path="prompts"),
        Step(1087, Verb.EMPTY, path="prompts"),
        Step(323, Verb.WRITE, path="prompts/kit/r.prompty", other="prompt/short"),
        Step(320, Verb.SHUT, path="prompts"),
        Step(700, Verb.REMOVE, path="prompts"),
        Step(0, Verb.PIPE, path="prompts/p.prompty"),
    ),
    "a warning of a reference follows its file although the document was away": (
        Step(0, Verb.SAVE, path="prompts/picture.png", other="aside/any"),
        Step(0, Verb.WRITE, path="prompts/p.prompty", other="prompt/image"),
        Step(700, Verb.MOVE, path="prompts", other="personas/new"),
        Step(0, Verb.SAVE, path="prompts/p.prompty", other="prompt/image"),
    ),
    "a held file that returns into another collection is held no more": (
        Step(0, Verb.FILL, path="personas"),
        Step(505, Verb.REMOVE, path="personas"),
        Step(0, Verb.WRITE, path="personas/team/d.json", other="persona/cyd"),
        Step(0, Verb.RESTART, number=4),
        Step(1024, Verb.SAVE, path="personas/b.json", other="persona/cyd"),
        Step(0, Verb.SAVE, path="personas/a.json", other="persona/cyd"),
        Step(0, Verb.SAVE, path="personas/team/deep/e.json", other="persona/cyd"),
        Step(0, Verb.SAVE, path="personas/old/f.json", other="persona/cyd"),
        Step(0, Verb.SAVE, path="personas/team/a.json", other="persona/cyd"),
        Step(0, Verb.SAVE, path="personas/c.json", other="persona/cyd"),
        Step(0, Verb.DELETE, path="personas/b.json"),
        Step(0, Verb.DELETE, path="personas/a.json"),
        Step(0, Verb.DELETE, path="personas/team/deep/e.json"),
    ),
    "a name that went and is back at the first look rests like any other": (
        Step(0, Verb.FILL, path="personas"),
        Step(320, Verb.BUSY, number=3, late_ms=1),
        Step(0, Verb.EMPTY, path="personas"),
        Step(0, Verb.SAVE, path="personas/old/f.json", other="persona/ada"),
    ),
    "what lies beneath the missing folder of another collection is not deleted": (
        Step(0, Verb.RESTART, number=4),
        Step(0, Verb.SAVE, path="personas/team/deep/e.json", other="persona/cyd"),
        Step(0, Verb.EMPTY, path="personas/team"),
        Step(0, Verb.REMOVE, path="personas/team"),
    ),
    "a reference of a document that is held follows its file": (
        Step(0, Verb.FILL, path="prompts"),
        Step(2502, Verb.EMPTY, path="prompts", news=News.SILENT),
        Step(0, Verb.KEEP, path="prompts/kit/sample.json", other="aside/other", news=News.SILENT),
    ),
    "both names of a file that Git renames change in one batch": (
        Step(0, Verb.FILL, path="prompts/kit"),
        Step(505, Verb.GIT, number=1),
        Step(0, Verb.MOVE, path="prompts/kit/s.prompty", other="prompts/q.prompty"),
        Step(0, Verb.GIT),
    ),
    "a write that follows a rename while a batch looks is not taken for what was renamed": (
        Step(0, Verb.BUSY, number=2, late_ms=6),
        Step(0, Verb.SAVE, path="prompts/kit/s.prompty", other="prompt/ref"),
        Step(2501, Verb.SAVE, path="prompts/kit/s.prompty", other="prompt/conflict"),
        Step(0, Verb.WRITE, path="prompts/kit/s.prompty", other="prompt/short"),
    ),
    "a file that is found changed where another one is looked at need not rest": (
        Step(0, Verb.FILL, path="personas"),
        Step(130, Verb.FAULT, other="locked", number=2),
        Step(0, Verb.SAVE, path="prompts/kit/s.prompty", other="prompt/ref"),
        Step(0, Verb.MOVE, path="personas/old/f.json", other="personas/c.json", news=News.FOLDER),
    ),
    "a file that is found changed after hints were lost need not rest": (
        Step(0, Verb.FILL, path="personas"),
        Step(0, Verb.SAVE, path="personas/old/f.json", other="persona/eve", news=News.LOST),
        Step(700, Verb.STAMP, path="prompts/p.prompty", news=News.LOST),
        Step(0, Verb.SAVE, path="personas/c.json", other="persona/ada"),
        Step(0, Verb.WRITE, path="personas/c.json", other="persona/bob", news=News.SILENT),
        Step(0, Verb.MOVE, path="personas/b.json", other="personas/a.json", news=News.SHUFFLED, late_ms=800),
    ),
    "files that still rest when their folder comes back are read by the rules of this start": (
        Step(0, Verb.FILL, path="personas"),
        Step(505, Verb.REMOVE, path="personas"),
        Step(1000, Verb.RESTART, number=3),
        Step(0, Verb.FILL, path="personas"),
    ),
    "both names of a rename filesystem together also where the debounce time is shorter than settling": (
        Step(0, Verb.SAVE, path="personas/old/f.json", other="persona/twice"),
        Step(0, Verb.RESTART, number=1),
        Step(495, Verb.MOVE, path="personas/old/f.json", other="personas/b.json"),
    ),
}
