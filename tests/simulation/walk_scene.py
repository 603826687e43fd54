"""Short scenes in which the tree changes while it is walked. Never looks at what came before."""

from collections.abc import Callable, Mapping
from random import Random

from tests.simulation.setup import ASSET_NAMES, ELSEWHERE, PERSONA_NAMES, PROMPT_NAMES
from tests.simulation.step import News, Step, Verb

PACES_MS = (0.02, 0.3, 2, 20, 150)
"""How long a walk rests between two looks."""
_SILENT = News.SILENT
_INNER = ("personas/team", "personas/old", "personas/team/deep", "prompts/kit")


def moves_while_it_is_walked(random: Random) -> list[Step]:
    """Files and folders move, unheard of, from where the walk was to where it will be, or the other way round."""
    pace = random.choice(PACES_MS)
    moves = [_move(random, pace) for _ in range(random.randint(1, 3))]
    return [*_begin(random), Step(700, Verb.WALK, late_ms=pace), *moves]


def _move(random: Random, pace: float) -> Step:
    after = random.randint(0, 12) * pace
    pool = random.choice((PERSONA_NAMES, PERSONA_NAMES, PROMPT_NAMES))
    one, other = random.sample(pool, 2)
    match random.randrange(5):
        case 0:
            folder = random.choice(_INNER)
            return Step(after, Verb.MOVE, folder, random.choice(ELSEWHERE), news=_SILENT)
        case 1:
            one, other = random.sample(_INNER[:3], 2)
            return Step(after, Verb.EXCHANGE, one, other, news=_SILENT)
        case 2:
            return Step(after, Verb.EXCHANGE, one, other, news=_SILENT)
        case _:
            return Step(after, Verb.MOVE, one, other, news=_SILENT)


def _begin(random: Random) -> list[Step]:
    return [Step(0, Verb.FILL, folder) for folder in random.choice((("personas",), ("personas", "prompts")))]


def is_heard_while_it_is_walked(random: Random) -> list[Step]:
    """Something unheard of is there to be found, and the same files change, as everybody is told, meanwhile."""
    pace = random.choice(PACES_MS)
    names = random.sample(PERSONA_NAMES, random.randint(1, 3))
    steps = [Step(0, verb, name, text, news=_SILENT) for name in names for verb, text in (_edit(random),)]
    steps.append(Step(0, Verb.WALK, late_ms=pace))
    for name in random.sample(names, random.randint(1, len(names))):
        verb, text = _edit(random)
        steps.append(Step(random.randint(0, 30) * pace, verb, name, text))
    return [*_begin(random), Step(700, Verb.WAIT), *steps]


def _edit(random: Random) -> tuple[Verb, str]:
    text = random.choice(("persona/ada", "persona/bob", "persona/cut", "persona/eve"))
    edits = ((Verb.SAVE, text), (Verb.WRITE, text), (Verb.HALF, text), (Verb.DELETE, ""), (Verb.PIPE, ""))
    return random.choice(edits)


def goes_while_it_is_walked(random: Random) -> list[Step]:
    """Many files go unheard of, before a slow walk or in the middle of it: the guard counts them together."""
    pace = random.choice(PACES_MS)
    walk = Step(random.choice((0, 700)), Verb.WALK, late_ms=pace)
    names = random.sample(PERSONA_NAMES, random.randint(3, len(PERSONA_NAMES)))
    gone = [Step(random.choice((0, 0, pace, 5 * pace)), Verb.DELETE, name, news=_SILENT) for name in names]
    at = random.randint(0, len(gone))
    return [*_begin(random), Step(700, Verb.WAIT), *gone[:at], walk, *gone[at:]]


def is_asked_while_it_is_walked(random: Random) -> list[Step]:
    """Somebody wants everything to be read while a walk is under way that believes stamps."""
    pace, name = random.choice(PACES_MS), random.choice(PERSONA_NAMES)
    mapped = Step(random.randint(0, 20) * pace, Verb.MAP, name, "persona/bob")
    saved = Step(0, Verb.SAVE, name, "persona/ada")
    walk = Step(700, Verb.WALK, late_ms=pace)
    ends: tuple[tuple[Step, ...], ...] = (
        (),
        (Step(0, Verb.RESTART),),
        (Step(10 * pace, Verb.SAVE, random.choice(PERSONA_NAMES), "persona/eve"),),
        (Step(10 * pace, Verb.REMOVE, "personas/team"),),
    )
    return [*_begin(random), saved, walk, mapped, Step(pace, Verb.LOOK), *random.choice(ends)]


def shuts_while_it_is_walked(random: Random) -> list[Step]:
    """A folder cannot be seen any more, or again, while it is walked."""
    pace, folder = random.choice(PACES_MS), random.choice((*_INNER, "personas", PERSONA_NAMES[0]))
    shut = Step(random.randint(0, 12) * pace, Verb.SHUT, folder, news=random.choice((_SILENT, News.NOW)))
    opened = Step(random.randint(0, 12) * pace, Verb.OPEN, folder, news=_SILENT)
    walk = Step(700, Verb.WALK, late_ms=pace)
    orders = ((walk, shut), (shut, walk), (shut, walk, opened), (walk, shut, opened), (shut, opened, walk))
    steps = random.choice(orders)
    again = Step(random.choice((30 * pace, 3000)), Verb.WALK, late_ms=pace)
    return [*_begin(random), *steps, *random.choice(((), (again,), (again, opened)))]


def is_read_while_it_is_walked(random: Random) -> list[Step]:
    """Files have new stamps and are read by a walk: some of them change after that, unheard of."""
    pace = random.choice(PACES_MS)
    names = random.sample(PERSONA_NAMES, 3)
    dated = [Step(0, Verb.STAMP, name, number=4102444800, news=_SILENT) for name in names]
    walk = Step(700, Verb.WALK, late_ms=pace)
    after = random.randint(15, 40) * pace
    written = Step(after, Verb.WRITE, random.choice(names), "persona/eve", news=_SILENT)
    return [*_begin(random), Step(700, Verb.WAIT), *dated, walk, written]


def is_asked_twice(random: Random) -> list[Step]:
    """Somebody wants everything to be read, and while that is done, somebody else does."""
    name = random.choice(PERSONA_NAMES)
    steps = [Step(0, Verb.FILL, "personas"), Step(700, Verb.SAVE, name, "persona/ada"), Step(700, Verb.LOOK)]
    mapped = Step(random.choice((0.5, 2, 6, 20, 60, 200, 600)), Verb.MAP, name, "persona/bob", news=_SILENT)
    return [*steps, mapped, Step(0, Verb.LOOK)]


def is_found_unfinished(random: Random) -> list[Step]:
    """A walk finds a prompt that is being written, or has shrunk, of which nobody hears."""
    pace, name = random.choice(PACES_MS), random.choice(PROMPT_NAMES)
    filled = Step(0, Verb.SAVE, name, "prompt/quo")
    half = Step(1100, Verb.HALF, name, random.choice(("prompt/quo", "prompt/pia")), news=_SILENT)
    short = Step(1100, Verb.WRITE, name, random.choice(("prompt/pia", "prompt/ref")), news=_SILENT)
    return [filled, random.choice((half, short)), Step(700, Verb.WALK, late_ms=pace)]


def is_taken_in_unheard(random: Random) -> list[Step]:
    """A file that a prompt takes in or names comes, changes or goes, and only a walk can find that."""
    pace, name = random.choice(PACES_MS), random.choice(PROMPT_NAMES)
    taken = random.choice((*ASSET_NAMES, "prompts/picture.png"))
    text = random.choice(("prompt/taking", "prompt/taking", "prompt/ref", "prompt/image"))
    edits = (
        Step(700, Verb.SAVE, taken, "aside/deep", news=_SILENT),
        Step(700, Verb.DELETE, taken, news=_SILENT),
    )
    before = [Step(0, Verb.SAVE, taken, "aside/deep")] if random.random() < 0.6 else []
    return [*before, Step(0, Verb.SAVE, name, text), random.choice(edits), Step(0, Verb.WALK, late_ms=pace)]


WALK_SCENES: Mapping[Callable[[Random], list[Step]], int] = {
    moves_while_it_is_walked: 12,
    is_heard_while_it_is_walked: 4,
    goes_while_it_is_walked: 4,
    is_asked_while_it_is_walked: 1,
    shuts_while_it_is_walked: 2,
    is_read_while_it_is_walked: 4,
    is_asked_twice: 4,
    is_found_unfinished: 2,
    is_taken_in_unheard: 3,
}
"""Each scene and how often it is played, compared with the others."""
