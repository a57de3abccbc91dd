"""HTTP with a limit on the whole exchange. httpx limits each step: a peer that sends a line every few seconds would
hold a worker for as long as it likes."""

import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

_ENDS_AT: ContextVar[float] = ContextVar("ends_at")


class DeadlineTransport(httpx.HTTPTransport):
    """Every request ends within `total` seconds, connecting within `timeout=` of the client."""

    def __init__(self, *, total: float, limits: httpx.Limits) -> None:
        super().__init__(trust_env=False)
        self._total = total
        # httpx has no way to hand a network backend on to httpcore, whose documented extension it is.
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=_Backend(),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        token = _ENDS_AT.set(time.monotonic() + request.extensions.get("total", self._total))
        try:
            response = super().handle_request(request)
            if not request.extensions.get("headers_only"):
                response.read()
            return response
        finally:
            _ENDS_AT.reset(token)


def _left(timeout: float | None, error: type[Exception]) -> float:
    """What remains of the whole, at most `timeout`; raises `error` when nothing does."""
    left = _ENDS_AT.get(float("inf")) - time.monotonic()
    if left <= 0:
        raise error("the whole exchange took too long")
    return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout, httpcore.ConnectTimeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, left, local_address, socket_options))
