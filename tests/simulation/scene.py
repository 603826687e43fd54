"""Short scenes that chance alone plays too rarely: each aims at one rule. Never looks at what came before."""

from collections.abc import Callable, Mapping
from random import Random

from tests.simulation.setup import PERSONA_NAMES, TWIN_NAMES
from tests.simulation.step import News, Step, Verb


def twins(random: Random) -> list[Step]:
    """A save, and at once another content of the same size in place: the stamp may stay as it was."""
    path, silent = random.choice(PERSONA_NAMES), random.choice((News.NOW, News.SILENT, News.SILENT))
    return [
        Step(random.choice((0, 40, 700)), Verb.SAVE, path, "persona/ada"),
        Step(random.choice((0, 0.5, 2)), Verb.WRITE, path, "persona/bob", news=silent),
    ]


def comes_back(random: Random) -> list[Step]:
    """A folder is emptied and a file comes back: unheard of, just before a person releases the rest, or to go again."""
    path, after = random.choice(PERSONA_NAMES), random.choice((700, 1100))
    emptied = [Step(0, Verb.FILL, "personas"), Step(700, Verb.EMPTY, "personas")]
    if random.random() < 0.5:
        back = Step(after, Verb.WRITE, path, "persona/ada", news=News.SILENT)
        return [*emptied, back, Step(0, Verb.RELEASE)]
    return [*emptied, Step(after, Verb.WRITE, path, "persona/ada"), Step(700, Verb.DELETE, path)]


def clones(random: Random) -> list[Step]:
    """One content under many names, and once more, before most of them go: together or one by one."""
    last, *names = random.sample(PERSONA_NAMES, random.randint(5, 7))
    written = [Step(0, Verb.SAVE, name, "persona/cyd") for name in names]
    gap = random.choice((0, 700))
    gone = [Step(gap, Verb.DELETE, name) for name in names[: random.randint(2, len(names))]]
    return [*written, Step(random.choice((700, 61_000)), Verb.SAVE, last, "persona/cyd"), *gone]


def lost_copies(random: Random) -> list[Step]:
    """One content under all names: some go unheard of, and then the others."""
    names = random.sample(PERSONA_NAMES, len(PERSONA_NAMES))
    unheard = random.randint(2, 3)
    return [
        *(Step(0, Verb.SAVE, name, "persona/cyd") for name in names),
        *(Step(0, Verb.DELETE, name, news=News.SILENT) for name in names[:unheard]),
        *(Step(0, Verb.DELETE, name) for name in names[unheard:]),
    ]


def one_by_one(random: Random) -> list[Step]:
    """More files go than are believed alone, and fewer than the guard holds: with pauses, or all at once."""
    pauses = (700, *(random.choice((0, 130, 320)) for _ in range(2)))
    names = random.sample(PERSONA_NAMES, 3)
    gone = [Step(after, Verb.DELETE, name) for after, name in zip(pauses, names, strict=True)]
    return [Step(0, Verb.FILL, "personas"), *gone]


def there_and_back(random: Random) -> list[Step]:
    """Files that have no copies go, come back and go again: no more at any time than the guard lets pass."""
    names = [f"personas/{name}.json" for name in ("c", "team/a", "old/f")]
    gone = [Step(0, Verb.DELETE, name) for name in random.sample(names, 3)]
    filled = [Step(random.choice((700, 1100)), Verb.FILL, "personas"), Step(700, Verb.LOOK, "personas")]
    return [*filled, *gone, *filled, *gone]


def between_lives(random: Random) -> list[Step]:
    """Files go a few at a time, and in between the daemon ends: together they are more than the guard lets go."""
    names = random.sample(PERSONA_NAMES, 6)
    steps = [Step(0, Verb.FILL, "personas")]
    while names:
        gone = [names.pop() for _ in range(min(len(names), random.randint(1, 3)))]
        steps += [Step(700 if name is gone[0] else 0, Verb.DELETE, name) for name in gone]
        end = random.choice((Step(1100, Verb.CRASH), Step(1100, Verb.RESTART), Step(25_000, Verb.CRASH)))
        steps += [end] if random.random() < 0.8 else []
    return steps


def another_root(random: Random) -> list[Step]:
    """A collection's folder is moved away; the one that is made in its place has a pipe, or another document."""
    folder, inner, name, text = random.choice(
        (
            ("prompts", "prompts/kit", "prompts/q.prompty", "prompt/quo"),
            ("personas", "personas/old", "personas/c.json", "persona/twice"),
        )
    )
    begin = [
        Step(0, Verb.FILL, random.choice((folder, inner, inner))),
        Step(700, Verb.MOVE, folder, "parked"),
    ]
    saved = Step(0, Verb.SAVE, name, text)
    return [*begin, random.choice((Step(random.choice((700, 2500)), Verb.PIPE, name), saved, saved))]


def in_doubt(random: Random) -> list[Step]:
    """A file goes, and before that is believed the whole folder goes too, or the file comes back unheard of."""
    path = random.choice(PERSONA_NAMES)
    ends = (Step(130, Verb.REMOVE, "personas"), Step(130, Verb.WRITE, path, "persona/eve", news=News.SILENT))
    return [Step(0, Verb.FILL, "personas"), Step(700, Verb.DELETE, path), random.choice(ends)]


def other_rules(random: Random) -> list[Step]:
    """The daemon is started with other settings (their number is that in VARIANTS) on a full folder."""
    variant = random.choice((0, 1, 2, 3, 3, 4, 5))
    return [Step(0, Verb.FILL, "personas"), Step(700, Verb.RESTART, number=variant)]


def looks_alike(random: Random) -> list[Step]:
    """Names that some file systems hold for one: a file of them breaks, goes, comes late, or goes with its folder."""
    pairs = (("personas/a.json", TWIN_NAMES[0]), ("personas/team/d.json", TWIN_NAMES[1]), TWIN_NAMES[2:])
    one, other = random.sample(random.choice(pairs), 2)
    texts = ("persona/ada", "persona/bob", "persona/cut", "persona/latin")
    ends: tuple[list[Step], ...] = (
        [],
        [Step(random.choice((0, 700)), Verb.WRITE, one, random.choice(texts))],
        [Step(random.choice((0, 700)), Verb.DELETE, one)],
        [Step(random.choice((0, 700)), Verb.MOVE, one, "personas/b.json")],
        [Step(0, Verb.FILL, "personas"), Step(1100, Verb.REMOVE, "personas/team")],
        [Step(random.choice((0, 700)), Verb.RESTART)],
    )
    return [
        Step(0, Verb.SAVE, one, random.choice(texts)),
        Step(random.choice((0, 700)), Verb.SAVE, other, random.choice(texts)),
        *random.choice(ends),
        *random.choice(ends),
    ]


SCENES: Mapping[Callable[[Random], list[Step]], int] = {
    twins: 6,
    clones: 3,
    comes_back: 2,
    other_rules: 4,
    in_doubt: 2,
    lost_copies: 1,
    one_by_one: 1,
    there_and_back: 1,
    between_lives: 2,
    another_root: 4,
    looks_alike: 4,
}
"""Each scene and how often it is played, compared with the others."""
