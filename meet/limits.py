"""Rate limits, counted in the cache in fixed windows (rest-api.md 8.1)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

import structlog
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from meet.errors import TooManyRequests

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Limiter:
    """At most `limit` hits in `window` seconds for one `who`; `message` is the contract's text."""

    name: str
    limit: int
    window: int
    message: str

    def hit(self, who: str) -> dict[str, str]:
        """Counts one and returns the RateLimit headers; `TooManyRequests` beyond the limit."""
        return self._answer(self._count(who, add=1))

    def give_back(self, who: str, *, counted_at: float) -> None:
        """Takes back a hit of `counted_at`, seconds since the epoch as `time.time` has them."""
        if not settings.MEET_RATE_LIMITS:
            return
        # Only where it was counted: a hit that is given back to the next window would be one too many there.
        with _despite_a_dead_cache(), suppress(ValueError):  # the window has ended, and its count with it
            cache.decr(self._key(who, counted_at))

    def check(self, who: str) -> None:
        """`TooManyRequests` if the limit is used up; counts nothing."""
        if self._count(who, add=0) >= self.limit:
            self._answer(self.limit + 1)

    def _count(self, who: str, *, add: int) -> int:
        if not settings.MEET_RATE_LIMITS:
            return 0
        key, count = self._key(who, time.time()), 0
        with _despite_a_dead_cache():
            if not add:
                return int(cache.get(key, 0))
            cache.add(key, 0, timeout=self.window)
            count = 1
            with suppress(ValueError):  # the window ended between the two lines
                count = int(cache.incr(key))
        return count

    def _key(self, who: str, moment: float) -> str:
        return f"limit:{self.name}:{who}:{int(moment) // self.window}"

    def _answer(self, count: int) -> dict[str, str]:
        if not settings.MEET_RATE_LIMITS:
            return {}
        reset = self.window - int(time.time()) % self.window
        headers = {
            "RateLimit-Policy": f"{self.limit};w={self.window}",
            "RateLimit": f"limit={self.limit}, remaining={max(self.limit - count, 0)}, reset={reset}",
        }
        if count > self.limit:
            raise TooManyRequests(self.message, headers={**headers, "Retry-After": str(reset)})
        return headers


@contextmanager
def _despite_a_dead_cache() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # every cache has its own family of errors, and none may stop the installation
        log.warning("rate limits are not counted", reason=type(error).__name__)


_FIVE_MINUTES = 5 * 60
FAILED_LOGINS = Limiter("login", 5, _FIVE_MINUTES, "Too many login attempts, please try again later")
SENSITIVE = Limiter("sensitive", 20, _FIVE_MINUTES, "Too many requests for this operation, please try again later")
AUTHENTICATION = Limiter("auth", 30, 60, "Too many authentication requests, please try again later")
TOKENS = Limiter("tokens", 200, 60, "Too many token requests, please try again later")
API = Limiter("api", 500, 60, "Too many requests, please try again later")
# Documents and scripts for other people's pages.
STATIC = Limiter("static", 1000, 60, "Too many requests, please try again later")
# Ours: anybody may have a webhook tested, which makes us send a request to wherever they like (rest-api.md 8.3).
WEBHOOK_TESTS = Limiter("webhook-tests", 20, _FIVE_MINUTES, "Too many requests, please try again later")
# Ours: whoever tries link secrets is stopped long before luck can help (decisions.md 8).
FAILED_SECRETS = Limiter("secrets", 20, _FIVE_MINUTES, "Too many token requests, please try again later")


def address_of(request: HttpRequest) -> str:
    """Of the peer, or what the outermost of SERVER_TRUST_PROXY trusted proxies saw."""
    hops: int = settings.SERVER_TRUST_PROXY
    forwarded = [
        address.strip() for address in request.headers.get("X-Forwarded-For", "").split(",") if address.strip()
    ]
    return forwarded[-hops] if hops and len(forwarded) >= hops else str(request.META.get("REMOTE_ADDR") or "unknown")


def client_of(request: HttpRequest) -> str:
    """Who is counted: an address, of IPv6 the network."""
    address = address_of(request)
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    # Whoever has one IPv6 address has the 2⁶⁴ beside it.
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
