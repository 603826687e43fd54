"""What names say: folders of personas, of prompts and of other people, files of tools. Reads nothing."""

import re

from docsync.names import is_foreign

PERSONA = "persona"
PROMPT = "prompt_template"

FORMATS = {
    ".json": "json",
    ".prompty": "prompty",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".md": "markdown",
}
"""The format of files by their suffix."""

# Folders that people keep personas in, in several words for the same thing.
_PERSONA_FOLDERS = frozenset(
    {
        "persona",
        "personas",
        "character",
        "characters",
        "agent",
        "agents",
        "profile",
        "profiles",
        "people",
        "scenarios",
    }
)
_PROMPT_FOLDERS = frozenset({"prompt", "prompts", "prompt_templates", "prompt-templates", "prompttemplates"})
# Folders of what programs build and install, beside those that no scan enters: people may have such names, too.
_BUILT_FOLDERS = frozenset({"env", "vendor", "dist", "build", "out", "target", "coverage"})
# Files of programs, and those that tell people about a folder: they are found in any of them.
_TOOL_FILE = re.compile(
    r"(package(-lock)?|composer|deno|bun|lerna|nx|turbo|vercel|now|app|manifest|angular|babel|jest|biome"
    r"|renovate|tslint|cspell|components|typedoc|pyrightconfig|global|launch|settings|[tj]sconfig(\..+)?"
    r"|.+\.(schema|config|lock)|openapi|swagger)\.json"
    r"|(pyproject|cargo|poetry|netlify|fly|docsync|ruff|uv)\.toml"
    r"|((docker-)?compose(\..+)?|pnpm-.+|mkdocs|openapi|swagger|_config|action|environment|codecov)\.ya?ml"
    r"|(readme|changelog|contributing|license|security|agents|claude|code_of_conduct|index)(\..+)?\.md",
    re.IGNORECASE,
)


def is_tool_file(path: str) -> bool:
    """True when the name of *path* is that of a program's file, or of one about the folder."""
    return _TOOL_FILE.fullmatch(path.rpartition("/")[2]) is not None


def find_foreign(path: str) -> str | None:
    """The outermost folder of *path* that holds what programs build or install."""
    parts = path.split("/")[:-1]
    return next((part for part in parts if is_foreign(part) or part.lower() in _BUILT_FOLDERS), None)


def find_home(path: str) -> tuple[str, str] | None:
    """The type that the folders of *path* are named for, and the outermost folder that is.

    The innermost such name decides the type.
    """
    parts = path.split("/")[:-1]
    types = [type_ for part in parts if (type_ := _type_of(part))]
    if not types:
        return None
    outermost = next(place for place, part in enumerate(parts, 1) if _type_of(part) == types[-1])
    return types[-1], "/".join(parts[:outermost])


def _type_of(folder: str) -> str | None:
    name = folder.lower()
    return PERSONA if name in _PERSONA_FOLDERS else PROMPT if name in _PROMPT_FOLDERS else None
