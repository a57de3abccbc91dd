"""The one safe way to send a request to an address that a user chose."""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import httpx
from django.conf import settings

_TIMEOUT = httpx.Timeout(5.0)


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
    return httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False, limits=limits)


def post(url: str, body: bytes, *, headers: Mapping[str, str]) -> Outcome:
    """Sends `body` once: 5 s in all, no redirects, the answer's body is never read, and only to an address that
    MEET_WEBHOOK_FORBIDDEN_NETWORKS allows. Raises nothing: whatever goes wrong is the `reason`."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        address = _allowed_address(host, parts.port or (443 if parts.scheme == "https" else 80))
        # Connects to the very address that was checked; a second look-up might give another one.
        literal = f"[{address}]" if ":" in address else address
        target = parts._replace(netloc=literal + (f":{parts.port}" if parts.port else "")).geturl()
        request = _client().build_request(
            "POST",
            target,
            content=body,
            headers={**headers, "Host": parts.netloc.rpartition("@")[2]},
            extensions={"sni_hostname": host},
        )
        response = _client().send(request, stream=True)
        response.close()
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return Outcome(None, _in_words(error))
    return Outcome(response.status_code, f"{response.status_code} {response.reason_phrase}".strip())


class _ForbiddenAddressError(OSError):
    pass


def _allowed_address(host: str, port: int) -> str:
    forbidden = [ipaddress.ip_network(network) for network in settings.MEET_WEBHOOK_FORBIDDEN_NETWORKS]
    addresses = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in addresses:
        ip = ipaddress.ip_address(address.partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        if not any(ip in network for network in forbidden):
            return address
    raise _ForbiddenAddressError


def _in_words(error: Exception) -> str:
    """The reasons of rest-api.md 6.3."""
    text = str(error)
    if isinstance(error, _ForbiddenAddressError):
        return "Network error: the address is not allowed"
    if isinstance(error, httpx.TimeoutException):
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
