"""A file that is open until nobody has it any more, so that a download ends well though its release is dropped."""

import os
from pathlib import Path

from app.queries.release_files import ReleaseFile


class Opened:
    """A file to be read in parts, by any thread."""

    def __init__(self, path: Path) -> None:
        """Raises `OSError` where there is none that can be read."""
        self._fd = -1
        self._fd = os.open(path, os.O_RDONLY)
        self.size = os.fstat(self._fd).st_size

    def __del__(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)

    def piece(self, offset: int, length: int) -> bytes:
        """Bytes of the file."""
        return os.pread(self._fd, length, offset)


def opened(found: ReleaseFile, folder: Path) -> Opened | None:
    """A file of a release where this machine has it; what has another size is not it."""
    try:
        there = Opened(found.path(folder))
    except OSError:
        return None
    return there if there.size == found.bytes else None
