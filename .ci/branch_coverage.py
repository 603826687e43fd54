"""Branch coverage of the lower ranks, from a report of `coverage json`: fails below the gate and names what is not reached.

Usage: python .ci/branch_coverage.py REPORT.json [GATE=98]
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import docsync

HIGHEST_RANK = 3


def ranks() -> dict[str, int]:
    """The rank of each room, as the map at the top of the package has it."""
    return {
        room: int(rank)
        for rank, room in re.findall(r"^    (\d)  (\w+) ", docsync.__doc__ or "", re.MULTILINE)
    }


def main(report: str, gate: str = "98") -> int:
    files: dict[str, Any] = json.loads(Path(report).read_text("utf-8"))["files"]
    rank_of = ranks()
    branches = taken = 0
    for name, found in sorted(files.items()):
        room = Path(name).parts[1].removesuffix(".py")
        if rank_of.get(room, HIGHEST_RANK + 1) > HIGHEST_RANK:
            continue
        branches += found["summary"]["num_branches"]
        taken += found["summary"]["covered_branches"]
        if found["missing_branches"]:
            print(f"  {name}: {', '.join(f'{start}->{end}' for start, end in found['missing_branches'])}")
    if not branches:
        print("no branch was measured: was the report made with --cov-branch, at the root of the repository?")
        return 1
    share = 100 * taken / branches
    print(
        f"branches of ranks 0 to {HIGHEST_RANK}: {taken} of {branches} taken, {share:.2f} % (gate {gate} %)"
    )
    return int(share < float(gate))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
