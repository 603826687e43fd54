"""Short stories in which more is due at once than one batch takes."""

from collections.abc import Callable, Mapping
from random import Random

from tests.simulation.setup import FOLDERS, PERSONA_NAMES, PROMPT_NAMES
from tests.simulation.step import News, Step, Verb

_TEXTS = ("persona/ada", "persona/bob", "persona/cyd", "persona/cut", "persona/latin")
_SIZES = (1, 1, 2, 3)


def few_at_once(random: Random) -> Step:
    """From now on a batch takes few paths, and it may take it long."""
    return Step(0, Verb.SLICE, number=random.choice(_SIZES), late_ms=random.choice((0, 0, 0, 20, 90, 300)))


def renamed_among_others(random: Random) -> list[Step]:
    """Files get new names while others are saved: what has the new name may be long in its turn."""
    names = random.sample(PERSONA_NAMES, len(PERSONA_NAMES))
    moved = random.randint(1, 3)
    filled = [Step(0, Verb.FILL, "personas"), Step(0, Verb.DELETE, names[0])]
    moves = [Step(700 if not n else 0, Verb.MOVE, names[n + 1], names[n]) for n in range(moved)]
    saves = [Step(0, Verb.SAVE, name, random.choice(_TEXTS)) for name in names[moved + 1 :]]
    together = [*moves, *saves]
    if random.random() < 0.5:
        random.shuffle(saves)
        together = [saves[0], *moves, *saves[1:]]
    return [*filled, Step(700, Verb.LOOK, "personas"), *together]


def renamed_out_of_turn(random: Random) -> list[Step]:
    """While a part of what was written is in its turn, a file gets a new name: its turn comes soon, or much later."""
    crowd = [f"personas/{name}.json" for name in ("team/a", "team/deep/e", "a", "b")]
    new, after = random.choice(("personas/old/f.json", "personas/team/d.json")), random.choice((0, 12, 100))
    slow = Step(0, Verb.SLICE, number=random.choice((1, 2)), late_ms=random.choice((20, 300)))
    return [
        *(slow, Step(0, Verb.FILL, "personas"), Step(0, Verb.DELETE, new), Step(3000, Verb.LOOK, "personas")),
        *(Step(0, Verb.WRITE, name, random.choice(_TEXTS)) for name in crowd),
        Step(after, Verb.MOVE, "personas/c.json", new),
    ]


def asked_amid(random: Random) -> list[Step]:
    """Somebody waits, or the daemon ends, while a part of what was saved is not in the database yet."""
    saved = [
        Step(0, random.choice((Verb.SAVE, Verb.WRITE)), name, random.choice(_TEXTS)) for name in PERSONA_NAMES
    ]
    scope = random.choice(("", "personas", random.choice(PERSONA_NAMES)))
    ends = (
        Step(random.choice((0, 3)), Verb.WAIT, scope),
        Step(random.choice((0, 3)), Verb.LOOK, scope),
        Step(random.choice((0, 11)), Verb.RESTART),
        Step(random.choice((0, 11)), Verb.CRASH),
    )
    return [*saved, random.choice(ends)]


def gone_among_others(random: Random) -> list[Step]:
    """A folder goes or is emptied while as many files are saved: some of those that are gone come back."""
    names = random.sample(PERSONA_NAMES, 4)
    went = Step(700, random.choice((Verb.EMPTY, Verb.REMOVE, Verb.DELETE)), random.choice(FOLDERS))
    saved = [Step(0, Verb.SAVE, name, random.choice(_TEXTS)) for name in names]
    others = [Step(0, Verb.WRITE, name, "prompt/pia") for name in random.sample(PROMPT_NAMES, 2)]
    return [Step(0, Verb.FILL, "personas"), Step(0, Verb.FILL, "prompts"), went, *saved, *others]


def moved_amid(random: Random) -> list[Step]:
    """While a part of what was written is in its turn, its folder goes elsewhere, or names change places."""
    number, lasts = random.choice((1, 2, 4)), random.choice((20, 90))
    written = [Step(0, Verb.SAVE, name, random.choice(_TEXTS)) for name in PERSONA_NAMES]
    ends = (
        Step(0, Verb.MOVE, "personas/team", random.choice(("parked", "personas/new"))),
        Step(0, Verb.MOVE, "personas", "parked"),
        Step(0, Verb.EXCHANGE, "personas/old/f.json", random.choice(PERSONA_NAMES[:3])),
        Step(0, Verb.EXCHANGE, "personas/team", "personas/old"),
    )
    slow = Step(0, Verb.SLICE, number=number, late_ms=lasts)
    return [
        slow,
        Step(0, Verb.FILL, "personas"),
        Step(3000, Verb.LOOK, "personas"),
        *written,
        random.choice(ends),
    ]


def moved_up(random: Random) -> list[Step]:
    """While a part of what was written is in its turn, one file takes the name of another, which got a new one."""
    crowd = [f"personas/{name}.json" for name in ("team/a", "team/deep/e", "c")]
    new = random.choice(("personas/old/f.json", "personas/team/d.json"))
    slow = Step(0, Verb.SLICE, number=random.choice((1, 2)), late_ms=random.choice((20, 300)))
    return [
        *(slow, Step(0, Verb.FILL, "personas"), Step(0, Verb.DELETE, new), Step(4000, Verb.LOOK, "personas")),
        *(Step(0, Verb.WRITE, name, random.choice(_TEXTS)) for name in crowd),
        Step(random.choice((12, 100)), Verb.MOVE, "personas/b.json", new),
        Step(0, Verb.MOVE, "personas/a.json", "personas/b.json"),
    ]


def linked_amid(random: Random) -> list[Step]:
    """While a part of what was written is in its turn, a file gets a second name and loses the first."""
    crowd = [f"personas/{name}.json" for name in ("team/a", "team/deep/e", "a", "b")]
    new = random.choice(("personas/old/f.json", "personas/team/d.json"))
    slow = Step(0, Verb.SLICE, number=1, late_ms=random.choice((90, 300)))
    return [
        *(slow, Step(0, Verb.FILL, "personas"), Step(0, Verb.DELETE, new), Step(4000, Verb.LOOK, "personas")),
        *(Step(0, Verb.WRITE, name, random.choice(_TEXTS)) for name in crowd),
        Step(12, Verb.LINK, new, "personas/c.json"),
        Step(random.choice((0, 100)), Verb.DELETE, "personas/c.json"),
    ]


def copied_amid(random: Random) -> list[Step]:
    """While a part of what was written is in its turn, files get copies, and go themselves."""
    pairs = (("team/a", "a"), ("team/d", "b"), ("team/deep/e", "c"))
    slow = Step(0, Verb.SLICE, number=random.choice((1, 2)), late_ms=random.choice((90, 300)))
    return [
        *(slow, Step(0, Verb.EMPTY, "personas"), Step(4000, Verb.FILL, "personas/team")),
        *(
            Step(4000 if one == "team/a" else 0, Verb.COPY, f"personas/{one}.json", f"personas/{other}.json")
            for one, other in pairs
        ),
        Step(random.choice((12, 100)), Verb.REMOVE, "personas/team"),
    ]


def made_amid(random: Random) -> list[Step]:
    """A folder is made with files in it, of which nobody is told; while they have their turn, something becomes of them."""
    slow = Step(0, Verb.SLICE, number=random.choice((1, 2)), late_ms=random.choice((0, 20, 90, 300)))
    folder = random.choice(("personas/team", "personas/team", "personas"))
    in_it, beside = f"{folder}/{'team/' if folder == 'personas' else ''}d.json", "personas/old/f.json"
    after = random.choice((0, 3, 30, 100))
    went = random.choice((Step(0, Verb.REMOVE, folder), Step(0, Verb.MOVE, folder, "parked")))
    ends = (
        Step(after, Verb.MOVE, beside, in_it),
        Step(after, Verb.MOVE, in_it, beside),
        Step(after, Verb.MOVE, folder, random.choice(("personas/new", "elsewhere"))),
        Step(after, Verb.DELETE, in_it),
        Step(after, Verb.WRITE, in_it, random.choice(_TEXTS)),
        Step(after, Verb.REMOVE, folder),
        Step(after, Verb.WAIT, random.choice(("", folder, in_it))),
        Step(after, Verb.LOOK, random.choice(("", folder))),
        Step(after, Verb.EXCHANGE, "personas/team", "personas/old"),
        Step(after, random.choice((Verb.CRASH, Verb.RESTART))),
    )
    made = Step(random.choice((0, 700, 4000)), Verb.FILL, folder, news=News.FOLDER)
    return [slow, Step(0, Verb.FILL, "personas"), Step(4000, Verb.LOOK), went, made, *random.sample(ends, 2)]


def half_amid(random: Random) -> list[Step]:
    """A folder is made with files in it, of which nobody is told, and one of them is still being written."""
    half = Step(
        0, Verb.HALF, "prompts/kit/s.prompty", random.choice(("prompt/quo", "prompt/pia")), news=News.SILENT
    )
    made = Step(700, Verb.FILL, "prompts/kit", news=News.FOLDER)
    slow = Step(0, Verb.SLICE, number=1, late_ms=random.choice((0, 20, 90)))
    waits = [Step(random.choice((0, 30)), Verb.WAIT, "")] if random.random() < 0.3 else []
    return (
        [slow, made, half, *waits]
        if random.random() < 0.5
        else [slow, Step(700, Verb.REMOVE, "prompts"), made, half]
    )


SLICE_SCENES: Mapping[Callable[[Random], list[Step]], int] = {
    renamed_among_others: 2,
    renamed_out_of_turn: 2,
    moved_amid: 2,
    moved_up: 2,
    copied_amid: 1,
    linked_amid: 2,
    asked_amid: 2,
    gone_among_others: 1,
    made_amid: 3,
    half_amid: 1,
}
"""The stories, and how often each is told."""
