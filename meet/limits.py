"""Rate limits, counted in the cache in fixed windows (rest-api.md 8.1)."""

import time
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

    def check(self, who: str) -> None:
        """`TooManyRequests` if the limit is used up; counts nothing."""
        if self._count(who, add=0) >= self.limit:
            self._answer(self.limit + 1)

    def _count(self, who: str, *, add: int) -> int:
        if not settings.MEET_RATE_LIMITS:
            return 0
        key = f"limit:{self.name}:{who}:{int(time.time()) // self.window}"
        try:
            if not add:
                return int(cache.get(key, 0))
            cache.add(key, 0, timeout=self.window)
            return int(cache.incr(key))
        except ValueError:  # the window ended between the two lines
            return 1
        except Exception as error:  # every cache has its own family of errors, and none may stop the installation
            log.warning("rate limits are not counted", reason=type(error).__name__)
            return 0

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


_FIVE_MINUTES = 5 * 60
FAILED_LOGINS = Limiter("login", 5, _FIVE_MINUTES, "Too many login attempts, please try again later")
SENSITIVE = Limiter("sensitive", 20, _FIVE_MINUTES, "Too many requests for this operation, please try again later")
AUTHENTICATION = Limiter("auth", 30, 60, "Too many authentication requests, please try again later")
TOKENS = Limiter("tokens", 200, 60, "Too many token requests, please try again later")
API = Limiter("api", 500, 60, "Too many requests, please try again later")
STATIC = Limiter("static", 1000, 60, API.message)
# Ours: whoever tries link secrets is stopped long before luck can help (decisions.md 8).
FAILED_SECRETS = Limiter("secrets", 20, _FIVE_MINUTES, "Too many token requests, please try again later")


def client_of(request: HttpRequest) -> str:
    """Who is counted: the address of the peer, or what the outermost of SERVER_TRUST_PROXY trusted proxies saw; of IPv6
    the network."""
    hops: int = settings.SERVER_TRUST_PROXY
    forwarded = [
        address.strip() for address in request.headers.get("X-Forwarded-For", "").split(",") if address.strip()
    ]
    address = forwarded[-hops] if hops and len(forwarded) >= hops else str(request.META.get("REMOTE_ADDR") or "unknown")
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    # Whoever has one IPv6 address has the 2⁶⁴ beside it.
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
