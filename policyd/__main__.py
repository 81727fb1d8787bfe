"""`python -m policyd` is the `policyd` command."""

import sys

from policyd.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
