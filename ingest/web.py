"""Asks other people's servers over HTTP: patiently, within limits, and in a sentence why one gave no answer."""

import random
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from importlib.metadata import version
from time import sleep
from typing import TypeVar

import httpx2

from app.errors import FileFault
from app.words import Words
from ingest.report import Teller

T = TypeVar("T")
Client = httpx2.Client
Response = httpx2.Response

_MOST_REDIRECTS = 5
# A server that says "not now" answers one of these, or any 5xx.
_NOT_NOW = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
# And one of these where the question itself may have been too much for it.
TOO_HEAVY = frozenset({HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
_RANDOM = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a server is asked, how long it may be silent, and the pauses between; all in seconds."""

    tries: int = 6
    silence_s: float = 60.0
    pause_s: float = 1.0
    longest_pause_s: float = 120.0

    def before(self, next_try: int) -> float:
        """The pause doubles with each try; chance keeps many clients from coming back at the same moment."""
        doubled: float = self.pause_s * 2.0 ** (next_try - 2)
        return min(doubled, self.longest_pause_s) * _RANDOM.uniform(0.5, 1.0)


class Unanswered(Exception):
    """A server did not answer as it should. Another try may help if `passing`, a smaller question if `heavy`."""

    def __init__(
        self, en: str, es: str, *, passing: bool = False, heavy: bool = False, wait_s: float = 0, status: int = 0
    ) -> None:
        super().__init__(en)
        self.words = Words(en, es)
        self.passing = passing
        self.heavy = heavy
        self.wait_s = wait_s
        self.status = status


def client(address: str, patience: Patience) -> Client:
    """A client for one address, which follows redirects to http and https only, and from https never to http.

    Certificates are always verified, against the system's authorities or those of SSL_CERT_FILE.
    """
    allowed = _allowed(address)

    def check(request: httpx2.Request) -> None:
        if request.url.scheme not in allowed:
            raise Unanswered(
                f"it sends us on to {request.url}, which is not {' or '.join(allowed)}",
                f"nos envía a {request.url}, que no es {' ni '.join(allowed)}",
            )

    try:
        return Client(
            # USGS's host refuses the names that HTTP libraries give themselves.
            headers={"User-Agent": f"vetalode/{version('vetalode')}"},
            timeout=patience.silence_s,
            verify=True,
            follow_redirects=True,
            max_redirects=_MOST_REDIRECTS,
            event_hooks={"request": [check]},
        )
    except (ValueError, httpx2.InvalidURL, ImportError) as fault:
        raise Unanswered(
            f"the proxy that HTTPS_PROXY names cannot be used ({fault}); it should be like http://proxy.example:3128",
            f"no se puede usar el proxy que indica HTTPS_PROXY ({fault}); debe ser como http://proxy.example:3128",
        ) from fault
    except OSError as fault:
        raise Unanswered(
            f"the authorities of SSL_CERT_FILE cannot be read ({fault.strerror or fault})",
            f"no se pueden leer las autoridades de SSL_CERT_FILE ({fault.strerror or fault})",
        ) from fault


def _allowed(address: str) -> tuple[str, ...]:
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL as fault:
        raise Unanswered(f"this is no address ({fault})", f"esto no es una dirección ({fault})") from fault
    if url.scheme not in ("http", "https") or not url.host:
        raise Unanswered(
            "an address begins with https:// or http:// and a host",
            "una dirección comienza con https:// o http:// y un servidor",
        )
    return ("https",) if url.scheme == "https" else ("https", "http")


def settled(response: Response) -> None:
    """Raises `Unanswered` for a status that is no answer."""
    status = response.status_code
    if status < HTTPStatus.BAD_REQUEST:
        return
    said = f"{status} {response.reason_phrase}".strip()
    wait_s = _asked_to_wait(response.headers.get("Retry-After", ""))
    raise Unanswered(
        f"the server answers {said}" + (f" and asks us to wait {wait_s:.0f} s" if wait_s else ""),
        f"el servidor responde {said}" + (f" y pide esperar {wait_s:.0f} s" if wait_s else ""),
        passing=status in _NOT_NOW or status >= HTTPStatus.INTERNAL_SERVER_ERROR,
        heavy=status in TOO_HEAVY,
        wait_s=wait_s,
        status=status,
    )


def _asked_to_wait(text: str) -> float:
    """Retry-After in seconds; it comes as seconds or as a date (RFC 9110 §10.2.3)."""
    if text.strip().isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0
    return max((until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0)


def body(response: Response, limit_bytes: int) -> bytes:
    """The whole body, if it holds no more than the limit."""
    held = bytearray()
    for chunk in response.iter_bytes():
        held += chunk
        if len(held) > limit_bytes:
            raise too_large(limit_bytes)
    return bytes(held)


def too_large(limit_bytes: int) -> Unanswered:
    return Unanswered(
        f"the answer is larger than the limit of {limit_bytes} bytes",
        f"la respuesta es mayor que el límite de {limit_bytes} bytes",
    )


def patiently(attempt: Callable[[], T], patience: Patience, teller: Teller, heavy_tries: int | None = None) -> T:
    """What the attempt gives, tried again, after longer and longer pauses, while its failures may pass.

    A question that is too heavy for the server is put `heavy_tries` times only, where given.
    """
    number = 1
    while True:
        try:
            with _transport_spoken(patience):
                return attempt()
        except Unanswered as fault:
            most = min(heavy_tries or patience.tries, patience.tries) if fault.heavy else patience.tries
            if not fault.passing or number >= most or fault.wait_s > patience.longest_pause_s:
                raise
            number += 1
            pause = max(fault.wait_s, patience.before(number))
            teller.say(_again(fault.words, pause, number, most))
            sleep(pause)


def _again(reason: Words, pause: float, number: int, most: int) -> Words:
    return Words(
        f"{reason.en}; asking again in {pause:.0f} s ({number} of {most})",
        f"{reason.es}; se pregunta de nuevo en {pause:.0f} s ({number} de {most})",
    )


@contextmanager
def _transport_spoken(patience: Patience) -> Iterator[None]:
    """What the client raises, as `Unanswered`."""
    try:
        yield
    except httpx2.TooManyRedirects as fault:
        raise Unanswered("its redirects never end", "sus redirecciones no terminan") from fault
    except httpx2.TimeoutException as fault:
        raise Unanswered(
            f"the server is silent for more than {patience.silence_s:g} s",
            f"el servidor lleva más de {patience.silence_s:g} s sin responder",
            passing=True,
            heavy=isinstance(fault, httpx2.ReadTimeout),
        ) from fault
    except httpx2.RequestError as fault:
        raise _untrusted(fault) or _broken(fault) from fault


def _broken(fault: Exception) -> Unanswered:
    return Unanswered(f"the connection fails ({fault})", f"falla la conexión ({fault})", passing=True)


def _untrusted(fault: BaseException) -> Unanswered | None:
    cause = _certificate_fault(fault)
    if cause is None:
        return None
    return Unanswered(
        f"its certificate cannot be verified ({cause.verify_message}); SSL_CERT_FILE may name the authorities to trust",
        f"no se puede verificar su certificado ({cause.verify_message}); SSL_CERT_FILE puede indicar las autoridades"
        " de confianza",
    )


def _certificate_fault(fault: BaseException | None) -> ssl.SSLCertVerificationError | None:
    if fault is None or isinstance(fault, ssl.SSLCertVerificationError):
        return fault
    return _certificate_fault(fault.__cause__ or fault.__context__)


_ONCE_MORE = Words("run the same command again, or ", "repita la misma orden, o ")


@contextmanager
def explained(address: str, by_hand: Words) -> Iterator[None]:
    """A failure in here leaves as one `FileFault` that names the address and what to do."""
    try:
        yield
    except Unanswered as fault:
        said, again = fault.words, _ONCE_MORE if fault.passing else Words("", "")
        raise FileFault(
            Words(f"{address}: {said.en}; {again.en}{by_hand.en}", f"{address}: {said.es}; {again.es}{by_hand.es}")
        ) from fault
    except OSError as fault:
        reason = f"{fault.strerror or fault} ({fault.filename})" if fault.filename else fault.strerror or fault
        raise FileFault(
            Words(f"{address} cannot be kept: {reason}", f"{address} no se puede guardar: {reason}")
        ) from fault
