"""The command line: `vetalode`, also `python -m ingest`.

Exit 0: done; 1: refused, with a sentence; 2: misused; 3: no release (`status --has-release`); 130: stopped by hand.
"""

import sys
from collections.abc import Sequence


def main(words: Sequence[str] | None = None) -> int:
    """Carries out one command. What it needs is read here, since it may be stopped by hand as early as that."""
    try:
        from ingest.command_line import run

        return run(words)
    except KeyboardInterrupt:
        sys.stderr.write("stopped · detenido\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
