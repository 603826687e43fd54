"""Short stories about files that prompts take in, which single steps would seldom tell."""

from collections.abc import Callable, Mapping
from random import Random

from tests.simulation.content import ASIDE
from tests.simulation.setup import ASSET_NAMES
from tests.simulation.step import News, Step, Verb

_TAKING = {"prompts/sample.json": "prompts/p.prompty", "prompts/kit/sample.json": "prompts/kit/r.prompty"}
_WRITING = (News.NOW, News.SILENT, News.LATE)


def write_beside(random: Random) -> list[Step]:
    """A file is being written while the prompt that takes it in is saved."""
    asset, prompt = random.choice(list(_TAKING.items()))
    before, after = (f"aside/{key}" for key in random.sample(list(ASIDE), 2))
    news = random.choice(_WRITING)
    late = random.choice((2, 30, 800)) if news is News.LATE else 0
    return [
        Step(0, Verb.SAVE, asset, before),
        Step(random.choice((0, 700)), Verb.SAVE, prompt, random.choice(("prompt/taking", "prompt/ref"))),
        Step(random.choice((0, 700, 6000)), Verb.HALF, asset, after, 0, news, late),
        Step(random.choice((0, 3, 12)), Verb.SAVE, prompt, random.choice(("prompt/taking", "prompt/ref"))),
        Step(random.choice((0, 5, 60, 700)), Verb.WRITE, asset, after),
    ]


def lose_and_find(random: Random) -> list[Step]:
    """A file that is taken in goes, and comes back as it was, as another one, or never."""
    asset, prompt = random.choice(list(_TAKING.items()))
    texts = [f"aside/{key}" for key in ASIDE]
    back = random.choice(((), (random.choice(texts),)))
    return [
        Step(0, Verb.SAVE, asset, random.choice(texts)),
        Step(0, Verb.SAVE, prompt, "prompt/taking"),
        Step(random.choice((0, 40, 700)), Verb.DELETE, random.choice((asset, *ASSET_NAMES))),
        *(Step(random.choice((0, 40, 700)), Verb.SAVE, asset, text) for text in back),
        *([Step(random.choice((0, 40)), Verb.CRASH)] if random.random() < 0.2 else []),
    ]


ASSET_SCENES: Mapping[Callable[[Random], list[Step]], int] = {write_beside: 2, lose_and_find: 1}
"""The stories, and how often each is told."""
