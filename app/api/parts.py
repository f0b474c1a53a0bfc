"""A file as an answer, whole or the part that a Range header asks for (RFC 9110 §14)."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from app.api.problems import problem
from app.words import Words

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_PIECE = 1 << 18


def parts(
    request: Request, read: Callable[[int, int], bytes], size: int, media_type: str, headers: Mapping[str, str]
) -> Response:
    """What `read` gives by offset and length, of `size` bytes in all; `headers` hold its tag and date."""
    told = dict(headers)
    wanted = _wanted(request, size, headers)
    if not wanted:
        answer = problem(
            request,
            416,
            Words(
                f"the file has {size} bytes, and none of those asked for",
                f"el archivo tiene {size} bytes, y ninguno de los pedidos",
            ),
        )
        answer.headers["Content-Range"] = f"bytes */{size}"
        return answer
    if len(wanted) < size:
        told["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    told["Content-Length"] = str(len(wanted))
    status = 206 if "Content-Range" in told else 200
    return StreamingResponse(_pieces(read, wanted), status, told, media_type)


def _wanted(request: Request, size: int, headers: Mapping[str, str]) -> range:
    """The bytes that are asked for: all where nothing else is, or it is said in a way that may be passed over."""
    of = request.headers.get("if-range")
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if not asked or (of is not None and of not in (headers["ETag"], headers["Last-Modified"])):
        return range(size)
    first, last = asked.groups()
    if not first:
        return range(max(0, size - int(last)), size) if last else range(size)
    if last and int(last) < int(first):
        return range(size)
    return range(int(first), min(int(last) + 1, size) if last else size)


async def _pieces(read: Callable[[int, int], bytes], wanted: range) -> AsyncIterator[bytes]:
    for start in wanted[::_PIECE]:
        # A disk may be slow, and others are to be answered meanwhile.
        yield await asyncio.to_thread(read, start, min(_PIECE, wanted.stop - start))
