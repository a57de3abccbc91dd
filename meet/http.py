"""The one safe way to send a request to an address that a user chose."""

import ipaddress
import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urlsplit

import httpx
from django.conf import settings

from meet.deadline import DeadlineTransport

_TOTAL = 5.0
# Name servers may be silent, and the system's resolver has no time-out to set.
_RESOLVERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="resolver")


@dataclass(frozen=True)
class Outcome:
    """What became of a POST: `status` of the answer, or None with `reason` in words that the contract knows."""

    status: int | None
    reason: str

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@cache
def _client() -> httpx.Client:
    # No connection is kept: it would serve any name at its address, with the certificate checked for another.
    limits = httpx.Limits(max_connections=32, max_keepalive_connections=0)
    transport = DeadlineTransport(total=_TOTAL, limits=limits)
    return httpx.Client(transport=transport, timeout=_TOTAL, follow_redirects=False, trust_env=False)


def post(url: str, body: bytes, *, headers: Mapping[str, str]) -> Outcome:
    """Sends `body` once: 5 s in all, no redirects, the answer's body is never read, and only to an address that
    MEET_WEBHOOK_FORBIDDEN_NETWORKS allows. Raises nothing: whatever goes wrong is the `reason`."""
    ends_at = time.monotonic() + _TOTAL
    try:
        parts = urlsplit(url)
        failure: Exception = _ForbiddenAddressError()
        for address in _allowed_addresses(parts, ends_at):
            try:
                status, phrase = _send(parts, address, body, headers, ends_at)
            except httpx.ConnectError as error:
                # A name may stand for several addresses, such as ::1 and 127.0.0.1 for localhost.
                failure = error
                continue
            return Outcome(status, f"{status} {phrase}".strip())
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, FutureTimeoutError) as error:
        failure = error
    return Outcome(None, _in_words(failure))


def _send(parts: SplitResult, address: str, body: bytes, headers: Mapping[str, str], ends_at: float) -> tuple[int, str]:
    """Connects to the very address that was checked; a second look-up might give another one."""
    literal = f"[{address}]" if ":" in address else address
    target = parts._replace(netloc=literal + (f":{parts.port}" if parts.port else "")).geturl()
    # Names in other alphabets stand in headers as they do in the name service.
    host = parts.netloc.rpartition("@")[2].encode("idna").decode()
    request = _client().build_request(
        "POST",
        target,
        content=body,
        headers={**headers, "Host": host},
        extensions={
            "sni_hostname": parts.hostname,
            "total": ends_at - time.monotonic(),
            "headers_only": True,
        },
    )
    response = _client().send(request, stream=True)
    response.close()
    return response.status_code, response.reason_phrase


class _ForbiddenAddressError(OSError):
    pass


def _allowed_addresses(parts: SplitResult, ends_at: float) -> Iterator[str]:
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    forbidden = [ipaddress.ip_network(network) for network in settings.MEET_WEBHOOK_FORBIDDEN_NETWORKS]
    found = _RESOLVERS.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    for address in [str(info[4][0]) for info in found.result(timeout=ends_at - time.monotonic())]:
        ip = ipaddress.ip_address(address.partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        if not any(ip in network for network in forbidden):
            yield address


def _in_words(error: Exception) -> str:
    """The reasons of rest-api.md 6.3."""
    text = str(error)
    if isinstance(error, _ForbiddenAddressError):
        return "Network error: the address is not allowed"
    if isinstance(error, httpx.TimeoutException | FutureTimeoutError):
        return "Request timed out after 5 seconds"
    if isinstance(error, socket.gaierror):
        return "Domain name could not be resolved"
    if "refused" in text.lower():
        return "Connection refused by server"
    if "reset" in text.lower() or "disconnected" in text.lower():
        return "Connection reset by server"
    if "ssl" in text.lower() or "certificate" in text.lower():
        return "SSL/TLS certificate error"
    if isinstance(error, httpx.ConnectError | httpx.ReadError | httpx.WriteError):
        return f"Network error: {text}"
    return f"Connection failed: {text}"
