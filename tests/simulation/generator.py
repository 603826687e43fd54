"""Makes histories from seeds: the same seed, the same history. Each draws its own mix of what may happen."""

from posixpath import dirname, relpath
from random import Random

from tests.simulation.asset_scene import ASSET_SCENES
from tests.simulation.content import ASIDE, PERSONAS, PROMPTS
from tests.simulation.link_scene import LINK_SCENES
from tests.simulation.scene import SCENES
from tests.simulation.setup import (
    ALIAS,
    ASIDE_NAMES,
    ASSET_NAMES,
    ELSEWHERE,
    FOLDERS,
    PERSONA_NAMES,
    PROMPT_NAMES,
    SPARE_NAMES,
    TWIN_NAMES,
    VARIANTS,
)
from tests.simulation.slice_scene import SLICE_SCENES, few_at_once
from tests.simulation.step import History, News, Step, Verb
from tests.simulation.walk_scene import PACES_MS, WALK_SCENES

_NAMES = (*PERSONA_NAMES, *PROMPT_NAMES)
_WEIGHTS = {
    Verb.WRITE: 10,
    Verb.SAVE: 8,
    Verb.HALF: 4,
    Verb.KEEP: 3,
    Verb.STAMP: 1,
    Verb.PIPE: 1,
    Verb.DELETE: 7,
    Verb.MOVE: 6,
    Verb.COPY: 3,
    Verb.EMPTY: 2,
    Verb.REMOVE: 2,
    Verb.FILL: 2,
    Verb.SHUT: 2,
    Verb.OPEN: 3,
    Verb.BUSY: 4,
    Verb.FAULT: 4,
    Verb.CRASH: 2,
    Verb.RESTART: 1,
    Verb.RELEASE: 1,
    Verb.LOOK: 1,
    Verb.WAIT: 2,
    Verb.WALK: 2,
    Verb.GIT: 1,
}
# Only in some histories, so that what has but one name is tried no less than it was.
_LINKS_SHARE = 0.3
_LINK_WEIGHTS = {Verb.LINK: 8, Verb.SYMLINK: 10, Verb.EXCHANGE: 6, Verb.MAP: 3, Verb.WAIT: 3}
_LINK_SCENES_SHARE = 0.25
_WALKS_SHARE, _WALK_SCENES_SHARE = 0.35, 0.5
_SLICES_SHARE, _SLICE_SCENES_SHARE = 0.15, 0.4
_ASSETS_SHARE, _ASSET_SCENES_SHARE = 0.25, 0.2
_PAUSES_MS = (0, 0, 1, 3, 7, 12, 40, 130, 320, 495, 505, 700, 1100, 2500, 6000)
# Most are short, since a short one that fails says more, and there is time for more of them.
_LENGTHS = (1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 6, 11)
_SCENES_SHARE = 0.07
_CHECKOUTS_SHARE = 0.06
_BEGINNINGS: tuple[tuple[str, ...], ...] = (
    (),
    ("personas/team",),
    ("prompts/kit",),
    ("personas",),
    ("personas/team", "prompts/kit"),
    ("prompts",),
    ("personas", "prompts"),
)
_TEXTS = {
    "persona": [f"persona/{key}" for key in PERSONAS],
    "prompt": [f"prompt/{key}" for key in PROMPTS],
    "aside": [f"aside/{key}" for key in ASIDE],
}


def generate(seed: int) -> History:
    """The history of *seed*."""
    return _Generator(Random(seed)).history()


class _Generator:
    def __init__(self, random: Random) -> None:
        self._random = random
        kept = [verb for verb in _WEIGHTS if random.random() < 0.7] or [Verb.WRITE]
        self._verbs = [verb for verb in kept for _ in range(_WEIGHTS[verb])]
        self._news = [News.NOW] * random.choice((3, 10, 100)) + [
            news for news in News if random.random() < 0.6
        ]
        self._names = random.sample(_NAMES, random.randint(2, len(_NAMES)))
        self._has_assets = random.random() < _ASSETS_SHARE
        if self._has_assets:
            prompts = random.sample(PROMPT_NAMES, 2)
            self._names = [*random.sample(self._names, 2), *prompts, *ASSET_NAMES]
        self._pauses = random.sample(_PAUSES_MS, random.randint(3, 8))
        self._has_links = random.random() < _LINKS_SHARE
        self._has_slices = random.random() < _SLICES_SHARE
        self._has_walks = random.random() < _WALKS_SHARE
        if self._has_links:
            self._verbs += [verb for verb, weight in _LINK_WEIGHTS.items() for _ in range(weight)]

    def history(self) -> History:
        random = self._random
        steps = [Step(0, Verb.FILL, folder) for folder in random.choice(_BEGINNINGS)]
        steps += [few_at_once(random)] if self._has_slices else []
        length = len(steps) + random.choice(_LENGTHS)
        while len(steps) < length:
            rare = random.random()
            if self._has_links and random.random() < _LINK_SCENES_SHARE:
                (scene,) = random.choices(list(LINK_SCENES), list(LINK_SCENES.values()))
                steps += scene(random)
            elif self._has_assets and random.random() < _ASSET_SCENES_SHARE:
                (scene,) = random.choices(list(ASSET_SCENES), list(ASSET_SCENES.values()))
                steps += scene(random)
            elif self._has_slices and random.random() < _SLICE_SCENES_SHARE:
                (scene,) = random.choices(list(SLICE_SCENES), list(SLICE_SCENES.values()))
                steps += scene(random)
            elif rare < _SCENES_SHARE:
                (scene,) = random.choices(list(SCENES), list(SCENES.values()))
                steps += scene(random)
            elif self._has_walks and random.random() < _WALK_SCENES_SHARE:
                (scene,) = random.choices(list(WALK_SCENES), list(WALK_SCENES.values()))
                steps += scene(random)
            elif rare < _SCENES_SHARE + _CHECKOUTS_SHARE and Verb.GIT in self._verbs:
                steps += self._checkout()
            else:
                steps += self._next()
        return tuple(steps)

    def _checkout(self) -> list[Step]:
        """Git takes its lock, changes some files, and lets it go again."""
        random = self._random
        deaf = random.choice((0, 0, 0, 1))
        steps = [Step(random.choice(self._pauses), Verb.GIT, number=1, late_ms=deaf)]
        if random.random() < 0.5:  # it begins while a batch is under way
            path = random.choice(PERSONA_NAMES)
            busy = Step(0, Verb.BUSY, number=1, late_ms=random.randint(1, 5))
            steps = [
                busy,
                Step(0, Verb.SAVE, path, self._text(path)),
                Step(0, Verb.GIT, number=1, late_ms=deaf),
            ]
        for _ in range(random.randint(1, 6)):
            path = random.choice(self._names)
            verb = random.choice((Verb.SAVE, Verb.DELETE, Verb.WRITE, Verb.MOVE))
            others = {Verb.DELETE: lambda _: "", Verb.MOVE: self._sibling}
            other = others.get(verb, self._text)(path)
            steps.append(Step(random.choice((0, 0, 2, 20)), verb, path, other))
        return [*steps, Step(random.choice((0, 3, 40)), Verb.GIT, number=0, late_ms=deaf)]

    def _next(self) -> list[Step]:
        random = self._random
        verb, after = random.choice(self._verbs), random.choice(self._pauses)
        path = random.choice(self._names)
        news = random.choice(self._news)
        late = random.choice((2, 30, 200, 800)) if news in (News.LATE, News.SHUFFLED) else 0
        match verb:
            case Verb.WRITE | Verb.SAVE | Verb.KEEP:
                path = self._to_write(path)
                return [Step(after, verb, path, self._text(path), 0, news, late)]
            case Verb.HALF:
                return self._halves(after, path, news, late)
            case Verb.MOVE | Verb.COPY:
                source, target = self._pair(path, verb)
                return [Step(after, verb, source, target, 0, news, late)]
            case Verb.LINK | Verb.SYMLINK | Verb.EXCHANGE | Verb.MAP:
                return [self._linked(after, verb, path, news, late)]
            case Verb.STAMP:
                return [Step(after, verb, path, "", random.choice((0, 4102444800)), news, late)]
            case Verb.EMPTY | Verb.REMOVE | Verb.FILL:
                return [Step(after, verb, random.choice(FOLDERS), "", 0, news, late)]
            case Verb.SHUT | Verb.OPEN:
                path = random.choice((path, path, random.choice(FOLDERS)))
                return [Step(after, verb, path, "", 0, news, late)]
            case _:
                return [self._other(after, verb, path)] if verb in _WEIGHTS else []

    def _other(self, after: float, verb: Verb, path: str) -> Step:
        random = self._random
        match verb:
            case Verb.BUSY:
                return Step(after, verb, "", "", random.randint(1, 3), late_ms=random.randint(1, 8))
            case Verb.FAULT:
                fault = random.choice(("crash", "locked", "full"))
                return Step(after, verb, "", fault, random.choice((1, 1, 2, 3, 5, 8, 13)))
            case Verb.RESTART:
                return Step(after, verb, "", "", random.choice((0, random.randrange(len(VARIANTS)))))
            case Verb.LOOK | Verb.WAIT:
                return Step(after, verb, random.choice(("", "personas", path)))
            case Verb.GIT:
                return Step(after, verb, number=random.choice((0, 1)))
            case Verb.WALK:
                return Step(after, verb, late_ms=random.choice(PACES_MS))
            case Verb.RELEASE | Verb.CRASH:
                return Step(after, verb)
            case _:
                return Step(after, verb, path)

    def _to_write(self, path: str) -> str:
        """Mostly *path*, at times a file that is no document."""
        if self._random.random() < 0.1:
            return self._random.choice((*ASIDE_NAMES, *TWIN_NAMES))
        is_spare = self._has_links and self._random.random() < 0.2
        return self._random.choice(SPARE_NAMES) if is_spare else path

    def _linked(self, after: float, verb: Verb, path: str, news: News, late: float) -> Step:
        random = self._random
        match verb:
            case Verb.LINK:
                names = [path, random.choice((self._sibling(path), random.choice(SPARE_NAMES)))]
                random.shuffle(names)
                return Step(after, verb, names[0], names[1], random.choice((0, 0, 1)), news, late)
            case Verb.SYMLINK:
                if random.random() < 0.15:
                    path = random.choice((ALIAS, *SPARE_NAMES))
                return Step(after, verb, path, self._target(path), random.choice((0, 1)), news, late)
            case Verb.EXCHANGE:
                pair = (path, random.choice((self._sibling(path), *FOLDERS)))
                one, other = random.choice((pair, random.sample((*FOLDERS, *ELSEWHERE), 2)))
                return Step(after, verb, one, other, 0, news, late)
            case _:
                news = news if news in (News.TWICE, News.LATE) else News.NOW
                return Step(after, verb, path, self._text(path), 0, news, late)

    def _target(self, path: str) -> str:
        """What a symbolic link at *path* says: a document, something else, a folder, nothing, or a way through a link."""
        if path == ALIAS:
            return self._random.choice(("team", "old", "team/deep", "nowhere", "..one"))
        pool = (
            self._sibling(path),
            self._sibling(path),
            *SPARE_NAMES,
            f"{ALIAS}/a.json",
            f"{ALIAS}/f.json",
            ALIAS,
        )
        return relpath(self._random.choice(pool), dirname(path))

    def _halves(self, after: float, path: str, news: News, late: float) -> list[Step]:
        text = self._text(path)
        half = Step(after, Verb.HALF, path, text, 0, news, late)
        if self._random.random() < 0.1:
            return [half]
        return [half, Step(self._random.choice((0, 5, 60, 700)), Verb.WRITE, path, text, 0, news, late)]

    def _pair(self, path: str, verb: Verb) -> tuple[str, str]:
        if verb is Verb.COPY or self._random.random() < 0.5:
            return path, self._sibling(path)
        names = self._random.sample((*FOLDERS, *ELSEWHERE), 2)
        return names[0], names[1]

    def _sibling(self, path: str) -> str:
        pool = PROMPT_NAMES if path.startswith("prompts/") else PERSONA_NAMES
        return self._random.choice([name for name in pool if name != path])

    def _text(self, path: str) -> str:
        if path in ASIDE_NAMES:
            return self._random.choice(_TEXTS["aside"])
        if self._has_assets and path.startswith("prompts/") and self._random.random() < 0.5:
            return "prompt/taking"
        return self._random.choice(_TEXTS["prompt" if path.startswith("prompts/") else "persona"])
