"""A child for tests: answers each line as the line says."""

import json
import os
import sys


def main() -> None:
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if asked == "end":
            os._exit(0)
        if asked == "sleep":
            while True:
                pass
        said = {"environment": dict(os.environ), "folder": os.getcwd(), "isolated": sys.flags.isolated}
        print(json.dumps({"said": asked, **said}), flush=True)
