"""Writes a seeded tree of personas and prompts: the same arguments give the same bytes on every machine."""

import json
import random
from pathlib import Path

WORDS = [
    "answer",
    "balance",
    "calm",
    "careful",
    "city",
    "clear",
    "client",
    "cost",
    "daily",
    "doubt",
    "early",
    "family",
    "fair",
    "friend",
    "garden",
    "habit",
    "honest",
    "hour",
    "house",
    "learn",
    "letter",
    "listen",
    "market",
    "morning",
    "music",
    "often",
    "order",
    "patient",
    "phone",
    "price",
    "quiet",
    "reason",
    "repair",
]


def sentence(rand: random.Random, words: int) -> str:
    return " ".join(rand.choice(WORDS) for _ in range(words)).capitalize() + "."


def persona(rand: random.Random, number: int) -> dict[str, object]:
    """About 1.5 KB, nested; `v` is there for a writer to count up."""
    return {
        "name": f"Persona {number}",
        "v": 0,
        "description": sentence(rand, 14),
        "tags": rand.sample(WORDS, 3),
        "demographics": {
            "ageGroup": rand.choice(("18-29", "30-44", "45-59", "60+")),
            "location": rand.choice(WORDS),
        },
        "needs": [sentence(rand, 9) for _ in range(5)],
        "painpoints": [sentence(rand, 8) for _ in range(5)],
        "background": " ".join(sentence(rand, 12) for _ in range(6)),
    }


def prompt(rand: random.Random, number: int) -> str:
    """About 1.2 KB of prompty, first generation."""
    return (
        f"---\nname: Prompt {number}\ndescription: {sentence(rand, 10)}\nauthors: [bench]\ntags: [{rand.choice(WORDS)}]\n"
        "model:\n  api: chat\n  configuration:\n    type: azure_openai\n    azure_deployment: gpt-4o\n"
        f"  parameters:\n    temperature: {rand.random():.2f}\n    max_tokens: {rand.randint(100, 900)}\n"
        "inputs:\n  customer:\n    type: string\n  question:\n    type: string\n"
        "sample:\n  customer: Ana\n  question: Why?\n"
        f"---\nsystem:\n{' '.join(sentence(rand, 11) for _ in range(6))}\nThe customer is {{{{customer}}}}.\n\n"
        "user:\n{{question}}\n"
    )


def _folder_of(shape: str, number: int) -> Path:
    match shape:
        case "flat":
            return Path()
        case "deep":
            return Path(*(f"d{level}" for level in range(number % 40)))
        case _:
            return Path(f"g{number // 100 if shape == 'groups' else number}")


SHAPES = ("groups", "flat", "deep", "folders")
"""A hundred files in each folder, all in one, in a chain of forty folders, each in one of its own."""


def write_tree(root: Path, personas: int, seed: int = 1, shape: str = "groups") -> list[Path]:
    """*personas* files, and a tenth as many prompts, in folders of that *shape*; returns the personas."""
    rand = random.Random(seed)
    paths = [root / "personas" / _folder_of(shape, number) / f"p{number}.json" for number in range(personas)]
    for number, path in enumerate(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(persona(rand, number), indent=2), encoding="utf-8")
    for number in range(personas // 10):
        path = root / "prompts" / _folder_of(shape, number) / f"q{number}.prompty"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(prompt(rand, number), encoding="utf-8")
    return paths
