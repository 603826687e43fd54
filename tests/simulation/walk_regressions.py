"""Histories of walks beside the sync that once broke a promise, by what went wrong. They are played for ever."""

from tests.simulation.step import History, News, Step, Verb

WALK_REGRESSIONS: dict[str, History] = {
    "a delivery comes while the database refuses": (
        Step(0, Verb.WALK),
        Step(0, Verb.FAULT, other="full", number=13),
        Step(0, Verb.SAVE, path="personas/a.json", other="persona/cyd"),
        Step(0, Verb.SAVE, path="personas/old/f.json", other="persona/cyd"),
        Step(0, Verb.SAVE, path="personas/c.json", other="persona/cyd"),
        Step(0, Verb.SAVE, path="personas/team/deep/e.json", other="persona/cyd"),
        Step(0, Verb.DELETE, path="personas/team/deep/e.json"),
    ),
    "every folder moves while it is walked": (
        Step(0, Verb.FILL, path="personas"),
        Step(0, Verb.FILL, path="prompts"),
        Step(700, Verb.WALK, late_ms=0.3),
        Step(2.4, Verb.EXCHANGE, path="prompts/p.prompty", other="prompts/kit/s.prompty", news=News.SILENT),
        Step(1.8, Verb.EXCHANGE, path="personas/team", other="personas/old", news=News.SILENT),
    ),
    "a shut folder of two collections is recorded as one of the inner": (
        Step(0, Verb.FILL, path="personas"),
        Step(0, Verb.SHUT, path="personas/team"),
        Step(0, Verb.RESTART, number=4),
    ),
    "a folder that is doubted for ever is no news": (
        Step(0, Verb.RESTART, number=4),
        Step(0, Verb.FILL, path="personas"),
        Step(700, Verb.MOVE, path="personas", other="parked"),
        Step(0, Verb.SAVE, path="personas/c.json", other="persona/twice"),
    ),
    "what was heard while Git worked is found by a walk, too": (
        Step(0, Verb.GIT, number=1),
        Step(0, Verb.HALF, path="prompts/p.prompty", other="prompt/pia"),
        Step(0, Verb.WALK),
    ),
    "what a walk delivered is decided at the second try": (
        Step(0, Verb.FAULT, other="locked", number=5),
        Step(0, Verb.SAVE, "personas/old/f.json", "persona/ada"),
        Step(0, Verb.WRITE, "personas/old/f.json", "persona/bob", news=News.SILENT),
        Step(0, Verb.WALK),
        Step(3, Verb.WALK),
    ),
    "what was heard before Git was done is found unfinished by a walk": (
        Step(0, Verb.FILL, "prompts"),
        Step(320, Verb.GIT, number=1),
        Step(0, Verb.SAVE, "prompts/kit/s.prompty", "prompt/quo"),
        Step(1100, Verb.HALF, "prompts/kit/s.prompty", "prompt/pia", news=News.SILENT),
        Step(0, Verb.WALK),
    ),
    "what was heard before Git was done, and never seen, is found unfinished by a walk": (
        Step(0, Verb.GIT, number=1),
        Step(0, Verb.SAVE, "prompts/p.prompty", "prompt/quo"),
        Step(1100, Verb.HALF, "prompts/p.prompty", "prompt/quo", news=News.SILENT),
        Step(0, Verb.WALK),
    ),
    "what is heard of goes on, unheard, before a walk is over": (
        Step(0, Verb.FILL, "prompts/kit"),
        Step(0, Verb.FILL, "personas"),
        Step(0, Verb.WALK, late_ms=150),
        Step(700, Verb.DELETE, "personas/team/a.json"),
        Step(2500, Verb.FILL, "personas"),
        Step(703.3, Verb.EXCHANGE, "personas/team", "personas/old", news=News.SILENT),
    ),
    "a collection's folder in another one's that is shut": (
        Step(0, Verb.FILL, "personas/team"),
        Step(0, Verb.RESTART, number=4),
        Step(0, Verb.SHUT, "personas"),
    ),
    "a name in a folder that cannot be seen by now": (
        Step(0, Verb.FILL, "personas"),
        Step(0, Verb.SHUT, "personas/team"),
        Step(920, Verb.EXCHANGE, "personas/team", "personas/old", news=News.SILENT),
    ),
    "a link to a file that moves": (
        Step(0, Verb.SYMLINK, "personas/old/f.json", "../team/deep/e.json"),
        Step(0, Verb.FILL, "personas"),
        Step(1350, Verb.EXCHANGE, "personas/team", "personas/old", news=News.SILENT),
    ),
    "a broken file that took the name of another leaves the last good versions of both for a while": (
        Step(0, Verb.FILL, path="personas"),
        Step(700, Verb.MOVE, path="personas", other="parked"),
        Step(0, Verb.SAVE, path="personas/a.json", other="persona/cut"),
        Step(700, Verb.MOVE, path="personas/a.json", other="personas/b.json"),
    ),
    "a name takes the inode of the file that it had, of another name that had got it": (
        Step(0, Verb.FILL, path="personas/team"),
        Step(625, Verb.MOVE, path="personas/team/a.json", other="personas/team/deep/e.json"),
        Step(0, Verb.SAVE, path="personas/team/a.json", other="persona/eve"),
        Step(0, Verb.MOVE, path="personas/team/a.json", other="personas/team/deep/e.json"),
    ),
    "an old name is kept back by the guard where its new one had held the same": (
        Step(0, Verb.FILL, path="personas"),
        Step(495, Verb.REMOVE, path="personas"),
        Step(0, Verb.WRITE, path="personas/old/f.json", other="persona/ada"),
        Step(2500, Verb.WRITE, path="personas/old/f.json", other="persona/bob"),
        Step(0, Verb.WAIT, path="personas/old/f.json"),
        Step(0, Verb.MOVE, path="personas/old/f.json", other="personas/team/deep/e.json"),
    ),
    "half of an unheard move is found where the tree does not hold still": (
        Step(0, Verb.WALK, late_ms=20),
        Step(20, Verb.FILL, path="personas"),
        Step(0, Verb.FILL, path="prompts"),
        Step(780, Verb.MOVE, path="personas/a.json", other="personas/team/d.json", news=News.SILENT),
        Step(220, Verb.EXCHANGE, path="personas/old", other="personas/team", news=News.SILENT),
        Step(160, Verb.MOVE, path="personas/old", other="prompts/.away", news=News.SILENT),
    ),
}
