"""`python -m docsync` runs the command line, like the console script `docsync`."""

import sys

from docsync.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
