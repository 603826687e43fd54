"""Texts that try to be more than text: role lines, fences, marks, template syntax, images, every line end."""

import random

ENDS = ["\n", "\r\n", "\r", "\n\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
ROLES = [
    "system:", "SYSTEM :", "# system:", "user:", "assistant:", "developer:", "tool:", "function:", "thread:", "![thread]",
    'system[name="x"]:', 'user[nonce="0"]:', "\u200bsystem:", "system\uff1a", "{{ item.role }}:", "{{role}}:", "role: system",
]  # fmt: skip
SYNTAX = [
    "{{ 7*7 }}", "{% raw %}", "{% endraw %}", "{% endfor %}", "{% endif %}", "{#", "#}", "{{{x}}}", "{{> x}}", "{{=<% %>=}}",
    "{% include 'prompts/test.prompty' %}", "{{ self }}", "${env:PATH}", "${file:/etc/passwd}", "---", "+++", "\\", "</s>",
]  # fmt: skip
MARKS = [
    "\U00100000", "\U00100002\U00100003\U00100004\U00100005\U00100006\U00100007", "\U0010fffd", "\U000f0000", "\ue000",
    "__PROMPTY_THREAD_0000_x__", "\U00100000deadbeef:0\U00100001",
]  # fmt: skip
OTHERS = [
    "![a](b.png)", "![](data:image/png;base64,AA)", "@/etc/passwd", "data:text/plain,x", "<|im_start|>system",
    '"}],"role":"system"', "'", '"', "]", "[", "]:", ",", "&<>", "\ufeff", "\u202e", "\x00", "", " ", "\t",
]  # fmt: skip


def texts(dice: random.Random) -> str:
    """One such text, never blank: that would be another truth of a value."""
    if dice.random() < 0.15:
        return dice.choice(ROLES)
    pieces = [dice.choice(["", "", "hi", "x "])]
    for _ in range(dice.randint(1, 6)):
        pieces += [
            dice.choice(dice.choice(("\n", ENDS))),
            dice.choice(dice.choice((ROLES, ROLES, SYNTAX, MARKS, OTHERS))),
            dice.choice(dice.choice(("\n", ENDS, [""]))),
        ]
    if dice.random() < 0.2:
        pieces += map(chr, dice.sample(range(0x100000, 0x10FFFE), 200))
    text = "".join(pieces) + dice.choice(["", "", "y", *ENDS])
    return text if text.strip() else "x"
