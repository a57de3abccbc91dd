"""Signatures as receivers of OpenVidu Meet check them (rest-api.md 6.1)."""

import hashlib
import hmac


def headers(body: str, *, timestamp_ms: int, key: str) -> dict[str, str]:
    message = f"{timestamp_ms}.{body}".encode()
    return {
        "Content-Type": "application/json",
        "X-Timestamp": str(timestamp_ms),
        "X-Signature": hmac.new(key.encode(), message, hashlib.sha256).hexdigest(),
    }
