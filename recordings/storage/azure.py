"""Files in a container of Azure Blob Storage."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.storage.blob import BlobSasPermissions, BlobServiceClient, ContentSettings, generate_blob_sas
from django.utils.http import content_disposition_header
from storages.backends.azure_storage import AzureStorage as BaseStorage

from meet import clock
from recordings.storage import backend
from recordings.storage.backend import StoredFile
from recordings.storage.blocks import Blocks
from recordings.storage.errors import MissingFile, StorageError, StorageRefused, StorageUnavailable

log = structlog.get_logger(__name__)

_PART = 4 << 20
_OPTIONS: dict[str, Any] = {
    "connection_timeout": backend.CONNECT_TIMEOUT,
    "read_timeout": backend.READ_TIMEOUT,
    "retry_total": 1,
    "initial_backoff": 1,
    "increment_base": 1,
    "random_jitter_range": 1,
    "max_block_size": 4 * _PART,
    "max_single_put_size": 4 * _PART,
    "max_single_get_size": _PART,
    "max_chunk_get_size": _PART,
}
_CONTENT = ContentSettings(content_type=backend.CONTENT_TYPE)


class AzureStorage(BaseStorage):
    def _get_service_client(self) -> BlobServiceClient:
        return BlobServiceClient.from_connection_string(self.connection_string, **_OPTIONS)

    def put(self, path: Path, key: str) -> None:
        """Blocks become a blob when the last one has arrived."""
        with path.open("rb") as file, _told("save"):
            self._blob(key).upload_blob(file, overwrite=True, content_settings=_CONTENT)

    def size_of(self, key: str) -> int | None:
        with _told("size"):
            try:
                return int(self._blob(key).get_blob_properties().size)
            except ResourceNotFoundError as error:
                _check_container(error)
                return None

    def remove(self, key: str) -> None:
        with _told("delete"):
            try:
                self._blob(key).delete_blob()
            except ResourceNotFoundError as error:
                _check_container(error)

    def read(self, key: str, start: int, end: int) -> Blocks:
        length = end - start + 1
        with _told("read"):
            try:
                stream = self._blob(key).download_blob(offset=start, length=length)
            except ResourceNotFoundError as error:
                _check_container(error)
                raise MissingFile(key) from error

        def read(length: int) -> bytes:
            with _told("read"):
                return bytes(stream.read(length))

        return Blocks(read, length=length, close=lambda: None)

    def file_path(self, _key: str) -> Path | None:
        return None

    def signed(self, key: str, *, filename: str, as_attachment: bool, expires: timedelta) -> str | None:
        blob = self._blob(key)
        signature = generate_blob_sas(
            blob.account_name,
            blob.container_name,
            blob.blob_name,
            account_key=self.account_key,
            permission=BlobSasPermissions(read=True),
            expiry=clock.now() + expires,
            content_type=backend.CONTENT_TYPE,
            content_disposition=content_disposition_header(as_attachment, filename) or "inline",
        )
        return f"{blob.url}?{signature}"

    def stored(self) -> Iterator[StoredFile]:
        prefix = self._normalize_name("")
        with _told("list"):
            for blob in self.client.list_blobs(name_starts_with=prefix + backend.PREFIX):
                key = blob.name.removeprefix(prefix)
                if key != backend.PROBE_KEY:
                    yield StoredFile(key, blob.size, blob.last_modified)

    def remove_unfinished(self, _before: datetime) -> int:
        return 0

    def probe(self) -> None:
        hasty: dict[str, Any] = {
            "connection_timeout": backend.PROBE_TIMEOUT, "read_timeout": backend.PROBE_TIMEOUT, "retry_total": 0,
        }  # fmt: skip
        with _told("probe"):
            blob = self._blob(backend.PROBE_KEY)
            blob.upload_blob(backend.PROBE, overwrite=True, **hasty)
            blob.delete_blob(**hasty)

    def _blob(self, key: str) -> Any:
        return self.client.get_blob_client(self._normalize_name(key))


def _check_container(error: ResourceNotFoundError) -> None:
    """A container that is gone must not look like files that are gone."""
    if getattr(error, "error_code", "") == "ContainerNotFound":
        raise error


@contextmanager
def _told(operation: str) -> Iterator[None]:
    try:
        yield
    except AzureError as error:
        raise _in_our_words(error, operation) from error


def _in_our_words(error: AzureError, operation: str) -> StorageError:
    log.warning(
        "recording storage", operation=operation, reason=getattr(error, "error_code", "") or type(error).__name__
    )
    status = error.status_code if isinstance(error, HttpResponseError) else None
    return StorageRefused() if status and 400 <= status < 500 and status != 429 else StorageUnavailable()
