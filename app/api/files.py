"""A file that is open until nobody has it any more, so that a download ends well though its release is dropped."""

import os
from pathlib import Path


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
