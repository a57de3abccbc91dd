"""Files in a bucket of Google Cloud Storage; credentials are found as Google's programs find theirs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests
import structlog
from django.utils.http import content_disposition_header
from google.api_core.exceptions import ClientError, GoogleAPIError, NotFound, TooManyRequests
from google.auth.exceptions import GoogleAuthError
from google.cloud.storage.retry import DEFAULT_RETRY
from storages.backends.gcloud import GoogleCloudStorage as BaseStorage

from recordings.storage import backend
from recordings.storage.backend import StoredFile
from recordings.storage.blocks import Blocks
from recordings.storage.errors import MissingFile, StorageError, StorageRefused, StorageUnavailable

log = structlog.get_logger(__name__)

_PART = 4 << 20
_LIMITS: dict[str, Any] = {
    "timeout": (backend.CONNECT_TIMEOUT, backend.READ_TIMEOUT),
    "retry": DEFAULT_RETRY.with_timeout(backend.READ_TIMEOUT),
}
_HASTY: dict[str, Any] = {"timeout": backend.PROBE_TIMEOUT, "retry": None}


class GoogleStorage(BaseStorage):
    def put(self, path: Path, key: str) -> None:
        """An object is there when all of it has arrived."""
        with path.open("rb") as file, _told("save"):
            self._blob(key).upload_from_file(
                file, size=path.stat().st_size, content_type=backend.CONTENT_TYPE, **_LIMITS
            )

    def size_of(self, key: str) -> int | None:
        with _told("size"):
            blob = self._found(key)
        return None if blob is None else int(blob.size)

    def remove(self, key: str) -> None:
        with _told("delete"):
            try:
                self._blob(key).delete(**_LIMITS)
            except NotFound:
                self._check_bucket()

    def read(self, key: str, start: int, end: int) -> Blocks:
        with _told("read"):
            blob = self._found(key)
            if blob is None:
                raise MissingFile(key)
            stream = blob.open("rb", chunk_size=_PART, **_LIMITS)
            stream.seek(start)

        def read(length: int) -> bytes:
            with _told("read"):
                return bytes(stream.read(length))

        return Blocks(read, length=end - start + 1, close=stream.close)

    def file_path(self, _key: str) -> Path | None:
        return None

    def signed(self, key: str, *, filename: str, as_attachment: bool, expires: timedelta) -> str | None:
        try:
            return str(
                self._blob(key).generate_signed_url(
                    version="v4",
                    expiration=expires,
                    response_type=backend.CONTENT_TYPE,
                    response_disposition=content_disposition_header(as_attachment, filename) or "inline",
                )
            )
        except AttributeError:
            # Credentials that hold no key of their own, as those of a machine in the cloud.
            return None

    def stored(self) -> Iterator[StoredFile]:
        prefix = self._normalize_name("")
        with _told("list"):
            for blob in self.bucket.list_blobs(prefix=prefix + backend.PREFIX, **_LIMITS):
                key = blob.name.removeprefix(prefix)
                if key != backend.PROBE_KEY:
                    yield StoredFile(key, blob.size, blob.updated)

    def remove_unfinished(self, _before: datetime) -> int:
        return 0

    def probe(self) -> None:
        with _told("probe"):
            blob = self._blob(backend.PROBE_KEY)
            blob.upload_from_string(backend.PROBE, **_HASTY)
            blob.delete(**_HASTY)

    def _blob(self, key: str) -> Any:
        return self.bucket.blob(self._normalize_name(key))

    def _found(self, key: str) -> Any:
        blob = self.bucket.get_blob(self._normalize_name(key), **_LIMITS)
        if blob is None:
            self._check_bucket()
        return blob

    def _check_bucket(self) -> None:
        """A bucket that is gone must not look like files that are gone. Listing is what the credentials may do."""
        next(iter(self.bucket.list_blobs(max_results=1, **_LIMITS)), None)


@contextmanager
def _told(operation: str) -> Iterator[None]:
    try:
        yield
    except (GoogleAPIError, GoogleAuthError, requests.RequestException) as error:
        log.warning("recording storage", operation=operation, reason=type(error).__name__)
        raise _in_our_words(error) from error


def _in_our_words(error: Exception) -> StorageError:
    is_ours = isinstance(error, GoogleAuthError) or (
        isinstance(error, ClientError) and not isinstance(error, TooManyRequests)
    )
    return StorageRefused() if is_ours else StorageUnavailable()
