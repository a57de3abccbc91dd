"""Calls that may be repeated without harm: under one key the work is done once and its answer kept (decisions.md 17).

Whoever does the work holds a `Claim`, committed before the work begins. A process that dies with it leaves it behind;
after a minute somebody else may have it.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from meet.errors import DomainError
from meet.idempotency.models import IdempotentCall
from meet.keystore import Seal

KEPT = timedelta(hours=24)
STALE = timedelta(seconds=60)
_BATCH = 100


class IdempotencyError(DomainError):
    def __init__(self, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__("Idempotency Error", HTTPStatus.CONFLICT, message, headers or {})


class KeyReused(IdempotencyError):
    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was already used for another request")


class StillRunning(IdempotencyError):
    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is still being processed", {"Retry-After": "1"})


class AnswerLost(IdempotencyError):
    """MEET_ENCRYPTION_KEYS no longer hold the key of the seal. Doing the work again is what must not happen."""

    def __init__(self) -> None:
        super().__init__("The request was processed, but its answer can no longer be read")


@dataclass(frozen=True)
class Answer:
    """An error reads the same in every dialect."""

    status: int
    headers: dict[str, str]
    body: Any
    is_error: bool = False


@dataclass(frozen=True)
class Claim:
    """The right to do the work, until it is kept, released or stale."""

    call_id: int
    claimed_at: datetime

    def keep(self, answer: Answer) -> None:
        self._mine().update(sealed=_seal().close(json.dumps(asdict(answer), ensure_ascii=False)))

    def release(self) -> None:
        """Nothing worth repeating came of it: the next one tries again."""
        self._mine().delete()

    def _mine(self) -> QuerySet[IdempotentCall]:
        return IdempotentCall.objects.filter(pk=self.call_id, claimed_at=self.claimed_at, sealed="")


def fingerprint(*parts: str, body: bytes) -> str:
    """What tells one request from another. Keyed, because bodies contain passwords."""
    text = json.dumps(parts).encode() + b"\n" + body
    return salted_hmac("meet.idempotency", text, algorithm="sha256").hexdigest()


def claim(credential: str, *, key: str, fingerprint: str, now: datetime) -> Claim | Answer:
    """The claim on the work, or the answer if it has been done."""
    try:
        call, is_new = IdempotentCall.objects.get_or_create(
            credential=credential, key=key, defaults={"fingerprint": fingerprint, "claimed_at": now}
        )
    except IntegrityError as error:  # a twin's claim was there, and is gone again
        raise StillRunning from error
    if is_new:
        return Claim(call.pk, now)
    if call.claimed_at <= now - KEPT:
        return _taken_over(call, fingerprint=fingerprint, now=now)
    if call.fingerprint != fingerprint:
        raise KeyReused
    if call.sealed:
        return _opened(call.sealed)
    if call.claimed_at <= now - STALE:
        return _taken_over(call, fingerprint=fingerprint, now=now)
    raise StillRunning


def _taken_over(call: IdempotentCall, *, fingerprint: str, now: datetime) -> Claim:
    found = IdempotentCall.objects.filter(pk=call.pk, claimed_at=call.claimed_at, sealed=call.sealed)
    if not found.update(claimed_at=now, fingerprint=fingerprint, sealed=""):
        raise StillRunning
    return Claim(call.pk, now)


def _opened(sealed: str) -> Answer:
    try:
        return Answer(**json.loads(_seal().open(sealed)))
    except InvalidToken as error:
        raise AnswerLost from error


def _seal() -> Seal:
    return Seal(settings.MEET_ENCRYPTION_KEYS)


def forget(*, now: datetime) -> int:
    """Deletes what is no longer kept, a batch at a time; returns how many."""
    total = 0
    while True:
        old = IdempotentCall.objects.filter(claimed_at__lte=now - KEPT)
        deleted, _ = IdempotentCall.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_BATCH])).delete()
        total += deleted
        if deleted < _BATCH:
            return total
