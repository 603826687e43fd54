"""`python -m docsync`: the same as the console script, nothing else."""

import sys

from docsync.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
