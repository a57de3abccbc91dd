"""Time as the contract counts it: milliseconds since the Unix epoch, one `now` per operation."""

from datetime import UTC, datetime, timedelta

MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """The present moment in UTC, cut to milliseconds, so that what is stored is exactly what is reported."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_ms(moment: datetime) -> int:
    return (moment - _EPOCH) // MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """Raises `OverflowError` for moments outside the years 1 to 9999."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def after(moment: datetime, now: datetime) -> datetime:
    """`now`, or one millisecond after `moment` if that is later: `…UpdatedAt` values grow strictly."""
    return max(now, moment + MILLISECOND)
