"""Histories about files that prompts take in, and about names that lead to others, which once broke a promise."""

from tests.simulation.step import History, News, Step, Verb

ASSET_REGRESSIONS: dict[str, History] = {
    "what a prompt takes in comes while it is changed and changed back": (
        Step(0, Verb.SAVE, path="prompts/kit/r.prompty", other="prompt/taking"),
        Step(0, Verb.SAVE, path="prompts/kit/r.prompty", other="prompt/ref"),
        Step(0, Verb.SAVE, path="prompts/kit/sample.json", other="aside/any"),
        Step(0, Verb.SAVE, path="prompts/kit/r.prompty", other="prompt/taking"),
    ),
    "a file that is taken in is half written where nobody hears of it": (
        Step(0, Verb.FILL, path="prompts/kit"),
        Step(700, Verb.FAULT, other="full", number=3),
        Step(0, Verb.SAVE, path="prompts/kit/sample.json", other="aside/other"),
        Step(0, Verb.HALF, path="prompts/kit/sample.json", other="aside/any", news=News.SILENT),
    ),
    "who looks at a file that shrank hears when those have it that take it in": (
        Step(0, Verb.SAVE, path="prompts/kit/sample.json", other="aside/deep"),
        Step(0, Verb.SAVE, path="prompts/kit/r.prompty", other="prompt/taking"),
        Step(0, Verb.WRITE, path="prompts/kit/sample.json", other="aside/other"),
        Step(0, Verb.LOOK, path="prompts/kit/sample.json"),
    ),
    "who waits for a file that shrank hears when those have it that take it in": (
        Step(0, Verb.SAVE, path="prompts/kit/sample.json", other="aside/long"),
        Step(0, Verb.SAVE, path="prompts/kit/r.prompty", other="prompt/taking"),
        Step(0, Verb.WRITE, path="prompts/kit/sample.json", other="aside/other"),
        Step(0, Verb.WAIT, path="prompts/kit/sample.json"),
    ),
    "a prompt is renamed while what it takes in is half written": (
        Step(0, Verb.FILL, path="prompts/kit"),
        Step(505, Verb.MOVE, path="prompts/kit/r.prompty", other="prompts/q.prompty"),
        Step(0, Verb.HALF, path="prompts/sample.json", other="aside/other", news=News.SILENT),
    ),
    "a prompt does not wait for what it takes in, only that does": (
        Step(0, Verb.HALF, path="prompts/kit/sample.json", other="aside/deep"),
        Step(0, Verb.SAVE, path="prompts/kit/r.prompty", other="prompt/ref"),
        Step(700, Verb.WRITE, path="prompts/kit/sample.json", other="aside/deep"),
        Step(12, Verb.MOVE, path="prompts/kit/sample.json", other="prompts/kit/r.prompty", news=News.SILENT),
    ),
    "a file that is taken in stays open": (
        Step(0, Verb.SAVE, path="prompts/kit/sample.json", other="aside/long"),
        Step(0, Verb.SAVE, path="prompts/kit/r.prompty", other="prompt/taking"),
        Step(700, Verb.HALF, path="prompts/kit/sample.json", other="aside/long"),
        Step(6000, Verb.WAIT),
    ),
    "a document that is taken in stays open": (
        Step(0, Verb.SAVE, path="prompts/kit/r.prompty", other="prompt/short"),
        Step(0, Verb.SAVE, path="prompts/p.prompty", other="prompt/both"),
        Step(700, Verb.HALF, path="prompts/kit/r.prompty", other="prompt/taking"),
        Step(6000, Verb.WAIT),
    ),
    "a document that is taken in has been open for long": (
        Step(0, Verb.HALF, path="prompts/kit/r.prompty", other="prompt/image"),
        Step(1100, Verb.WRITE, path="prompts/p.prompty", other="prompt/both"),
    ),
    "a file that is taken in is emptied through another name": (
        Step(0, Verb.SAVE, path="prompts/sample.json", other="aside/bytes"),
        Step(0, Verb.SAVE, path="prompts/p.prompty", other="prompt/taking"),
        Step(0, Verb.LINK, path="personas/team/.spare.json", other="prompts/sample.json"),
        Step(0, Verb.WRITE, path="personas/team/.spare.json", other="persona/empty"),
    ),
    "both folders are replaced, and the inner one is not there yet": (
        Step(0, Verb.FILL, path="personas/team"),
        Step(0, Verb.RESTART, number=4),
        Step(0, Verb.MOVE, path="personas", other="parked"),
        Step(0, Verb.FILL, path="personas/old"),
        Step(0, Verb.LOOK, path="personas/b.json"),
        Step(0, Verb.PIPE, path="personas/team/a.json"),
    ),
    "what a link leads to is written again after a wait has begun": (
        Step(0, Verb.SYMLINK, path="personas/c.json", other="team/.spare.json"),
        Step(0, Verb.SAVE, path="personas/team/.spare.json", other="persona/cut"),
        Step(0, Verb.WAIT, path="personas/c.json"),
        Step(0, Verb.WRITE, path="personas/team/.spare.json", other="persona/cut"),
    ),
    "what is broken in a new folder moves unheard, once all that is missing was decided": (
        Step(0, Verb.FILL, path="prompts/kit"),
        Step(1101, Verb.MOVE, path="prompts", other="personas/old"),
        Step(0, Verb.SAVE, path="prompts/kit/r.prompty", other="prompt/conflict"),
        Step(700, Verb.MOVE, path="prompts/kit/r.prompty", other="prompts/kit/s.prompty", news=News.SILENT),
        Step(0, Verb.SAVE, path="personas/c.json", other="persona/twice"),
    ),
    "a folder takes the place of one that has just been decided about": (
        Step(0, Verb.FILL, path="prompts"),
        Step(6000, Verb.MOVE, path="prompts", other="personas/new"),
        Step(0, Verb.WRITE, path="prompts/p.prompty", other="prompt/quo"),
        Step(6007, Verb.MOVE, path="prompts", other="parked"),
        Step(0, Verb.WRITE, path="prompts/kit/s.prompty", other="prompt/both"),
    ),
    "what a new folder had of the one before gets another name, and then something else goes": (
        Step(0, Verb.FILL, path="personas/team"),
        Step(130, Verb.REMOVE, path="personas"),
        Step(0, Verb.PIPE, path="personas/team/deep/e.json"),
        Step(0, Verb.FILL, path="personas"),
        Step(700, Verb.EXCHANGE, path="personas/old", other="personas/team"),
        Step(130, Verb.WRITE, path="personas/team/a.json", other="persona/eve"),
        Step(0, Verb.SYMLINK, path="personas/b.json", other="old/f.json", number=1),
    ),
    "a file is looked at for the sake of a link that led to it": (
        Step(0, Verb.SAVE, path="personas/a.json", other="persona/ada"),
        Step(0, Verb.WRITE, path="personas/a.json", other="persona/bob", news=News.SILENT),
        Step(0, Verb.SYMLINK, path="personas/team/deep/e.json", other="../../a.json", number=1),
        Step(0, Verb.REMOVE, path="personas/team"),
    ),
    "what a shut folder hides is named by the folder, whoever looks at it": (
        Step(0, Verb.FILL, path="prompts/kit"),
        Step(0, Verb.SAVE, path="prompts/q.prompty", other="prompt/both"),
        Step(0, Verb.LINK, path="personas/spare.txt", other="personas/c.json", number=1, news=News.LOST),
        Step(700, Verb.SHUT, path="prompts/kit"),
    ),
    "what a prompt takes in comes while another file with its bytes has just taken its name": (
        Step(0, Verb.SAVE, path="prompts/p.prompty", other="prompt/taking"),
        Step(0, Verb.WRITE, path="prompts/kit/s.prompty", other="prompt/taking"),
        Step(1100, Verb.MOVE, path="prompts/kit/s.prompty", other="prompts/p.prompty"),
        Step(0, Verb.SAVE, path="prompts/kit/sample.json", other="aside/any"),
    ),
    "one of two names goes while what a prompt takes in is still coming": (
        Step(0, Verb.HALF, path="prompts/sample.json", other="aside/any"),
        Step(12, Verb.SAVE, path="prompts/p.prompty", other="prompt/taking"),
        Step(0, Verb.LINK, path="prompts/kit/s.prompty", other="prompts/p.prompty", number=1),
        Step(0, Verb.DELETE, path="prompts/kit/s.prompty"),
    ),
}
