"""Short scenes of files with several names: hard and symbolic links, volumes, exchanges. Never looks at what came before."""

from collections.abc import Callable, Mapping
from posixpath import basename, dirname, relpath
from random import Random

from tests.simulation.setup import ALIAS, PERSONA_NAMES, SPARE_NAMES, VOLUME, VOLUMES
from tests.simulation.step import History, News, Step, Verb


def _asks(random: Random, path: str) -> list[Step]:
    """Somebody waits for everything, or for *path*; or nobody does."""
    return random.choice(([], [], [Step(0, Verb.WAIT)], [Step(0, Verb.WAIT, path)]))


def made_link(random: Random) -> list[Step]:
    """A second name for a file that was closed long ago, and somebody waits for it."""
    source, path = random.choice((*PERSONA_NAMES, *SPARE_NAMES)), random.choice(PERSONA_NAMES)
    return [
        Step(0, Verb.SAVE, source, "persona/bob"),
        Step(random.choice((0, 700, 2500)), Verb.LINK, path, source, random.choice((0, 0, 1))),
        *_asks(random, path),
    ]


def other_name(random: Random) -> list[Step]:
    """A file of two names is written through one of them; then one goes, or another name takes its place."""
    source, path = random.choice((*PERSONA_NAMES, *SPARE_NAMES)), random.choice(PERSONA_NAMES)
    written, left = random.sample((source, path), 2)
    way = random.choice((Verb.WRITE, Verb.WRITE, Verb.KEEP, Verb.MAP))
    looks = [Step(2500, Verb.LOOK)] if way is Verb.MAP else []
    ends: tuple[list[Step], ...] = (
        [],
        [Step(random.choice((0, 40, 700)), Verb.DELETE, written)],
        [Step(random.choice((0, 40)), Verb.MOVE, left, random.choice(PERSONA_NAMES))],
        [Step(0, Verb.SAVE, written, "persona/eve")],
    )
    return [
        Step(0, Verb.WRITE, source, "persona/ada"),
        Step(random.choice((0, 700, 2500)), Verb.LINK, path, source, random.choice((0, 1))),
        *looks,
        Step(random.choice((700, 2500)), way, written, "persona/bob"),
        *_asks(random, left),
        *random.choice(ends),
    ]


def strange_name(random: Random) -> list[Step]:
    """A document gets a second name that is none, and is written through it."""
    source, path = random.choice(PERSONA_NAMES), random.choice(("personas/spare.txt", *SPARE_NAMES))
    return [
        Step(0, Verb.WRITE, source, "persona/ada"),
        Step(random.choice((700, 2500)), Verb.LINK, path, source),
        Step(random.choice((0, 700, 2500)), random.choice((Verb.WRITE, Verb.KEEP)), path, "persona/bob"),
        *_asks(random, source),
    ]


def same_stamp(random: Random) -> list[Step]:
    """Other bytes under the same times and size, when the stamp is no more so young that it proves nothing."""
    path = random.choice(PERSONA_NAMES)
    return [
        Step(0, Verb.WRITE, path, "persona/ada"),
        Step(2500, Verb.LOOK),
        Step(random.choice((0, 700)), Verb.MAP, path, "persona/bob"),
        *_asks(random, path),
    ]


def same_stamp_of_names(random: Random) -> list[Step]:
    """The same where the file has another name, or a link leads to it, and is written through either."""
    path, link = random.sample(PERSONA_NAMES, 2)
    made = random.choice(
        (Step(0, Verb.SYMLINK, link, relpath(path, dirname(link))), Step(0, Verb.LINK, link, path))
    )
    return [
        Step(0, Verb.WRITE, path, "persona/ada"),
        made,
        Step(2500, Verb.LOOK),
        Step(random.choice((0, 700)), Verb.MAP, random.choice((path, link)), "persona/bob"),
        *_asks(random, random.choice((path, link))),
    ]


def target_comes(random: Random) -> list[Step]:
    """A symbolic link before what it leads to, which comes, goes for long, comes back or is another one."""
    path, *others = random.sample(PERSONA_NAMES, 3)
    target = random.choice((others[0], random.choice(SPARE_NAMES)))
    steps = [Step(0, Verb.SYMLINK, path, relpath(target, dirname(path)), random.choice((0, 1)))]
    for _ in range(random.randint(1, 3)):
        after = random.choice((0, 130, 700, 2500))
        steps += random.choice(
            (
                [Step(after, random.choice((Verb.WRITE, Verb.SAVE)), target, random.choice(_TEXTS))],
                [
                    Step(after, Verb.DELETE, target),
                    Step(random.choice((0, 700)), Verb.SAVE, target, "persona/eve"),
                ],
                [Step(after, Verb.MOVE, target, others[1])],
                [Step(after, Verb.MOVE, others[1], target)],
                [Step(after, Verb.REMOVE, "personas/team"), Step(after, Verb.FILL, "personas/team")],
            )
        )
        steps += _asks(random, path)
    return steps


def chain(random: Random) -> list[Step]:
    """A link to a link, or through a link to a folder; what lies between leads elsewhere all of a sudden."""
    first, old, new = random.sample([name for name in PERSONA_NAMES if "/deep/" not in name], 3)
    between = random.choice((*SPARE_NAMES[1:], random.choice(PERSONA_NAMES), ALIAS))
    if between == ALIAS:
        old, new = "personas/team/a.json", "personas/old/a.json"
        says = [dirname(old).removeprefix("personas/"), dirname(new).removeprefix("personas/")]
        end = f"{ALIAS}/a.json"
    else:
        says = [relpath(name, dirname(between)) for name in (old, new)]
        end = between
    return [
        Step(0, Verb.SAVE, old, "persona/ada"),
        Step(0, Verb.SAVE, new, "persona/bob"),
        Step(0, Verb.SYMLINK, between, says[0]),
        Step(0, Verb.SYMLINK, first, relpath(end, dirname(first))),
        Step(random.choice((700, 2500)), Verb.SYMLINK, between, says[1], random.choice((0, 1))),
        *_asks(random, first),
    ]


def volume(random: Random) -> list[Step]:
    """Kubernetes mounts a ConfigMap, and swaps it for another: keys stay, go and come."""
    names = [f"personas/{key}.json" for key in random.sample(("a", "b", "c"), random.randint(1, 3))]
    kept = names[: random.randint(1, len(names))]
    steps = _filled(random, VOLUMES[0], names)
    steps += [Step(0, Verb.SYMLINK, VOLUME, basename(VOLUMES[0]))]
    steps += [Step(0, Verb.SYMLINK, name, f"..data/{basename(name)}") for name in names]
    steps += [Step(random.choice((0, 700)), Verb.WAIT)] if random.random() < 0.3 else []
    steps += _filled(random, VOLUMES[1], kept, after=random.choice((700, 2500)))
    steps += [Step(0, Verb.SYMLINK, VOLUME, basename(VOLUMES[1]), 1)]
    steps += [Step(0, Verb.DELETE, name) for name in names if name not in kept]
    return [*steps, Step(0, Verb.REMOVE, VOLUMES[0]), *_asks(random, names[0])]


def _filled(random: Random, folder: str, names: list[str], after: float = 0) -> list[Step]:
    written = [
        Step(0, Verb.WRITE, f"{folder}/{basename(name)}", random.choice(_TEXTS), news=News.NOW)
        for name in names
    ]
    return [Step(after, Verb.REMOVE, folder), *written]


def traded_places(random: Random) -> list[Step]:
    """Two folders, two files, or a file and a folder are exchanged; then something is written where they are now."""
    folders = random.choice(
        (("personas/team", "personas/old"), ("personas", "prompts"), ("personas/team", "parked"))
    )
    pair = random.choice((folders, tuple(random.sample(PERSONA_NAMES, 2)), ("personas/a.json", folders[0])))
    one, other = random.sample(pair, 2)
    beneath = [name for name in PERSONA_NAMES if dirname(name) in pair] or PERSONA_NAMES
    after = random.choice((0, 130, 700))
    begin = [Step(0, Verb.FILL, "personas")]
    begin += [Step(0, Verb.WRITE, "parked/a.json", "persona/eve")] if "parked" in pair else []
    return [
        *begin,
        Step(random.choice((0, 700)), Verb.EXCHANGE, one, other),
        *_asks(random, one),
        Step(after, random.choice((Verb.WRITE, Verb.SAVE)), random.choice(beneath), random.choice(_TEXTS)),
        *_asks(random, other),
    ]


def with_links(seed: int, history: History) -> History:
    """*history*, and one of these scenes after it."""
    scenes = list(LINK_SCENES)
    return (*history, *scenes[seed % len(scenes)](Random(seed)))


_TEXTS = ("persona/ada", "persona/bob", "persona/cyd", "persona/eve", "persona/cut")
LINK_SCENES: Mapping[Callable[[Random], list[Step]], int] = {
    made_link: 3,
    other_name: 6,
    strange_name: 2,
    same_stamp: 1,
    same_stamp_of_names: 1,
    target_comes: 4,
    chain: 3,
    volume: 2,
    traded_places: 6,
}
"""Each scene and how often it is played, compared with the others."""
