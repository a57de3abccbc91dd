"""Files in a bucket of anything that speaks S3."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from storages.backends.s3 import S3Storage as BaseStorage

from recordings.storage import backend
from recordings.storage.backend import StoredFile
from recordings.storage.blocks import Blocks
from recordings.storage.errors import MissingFile, StorageError, StorageFull, StorageRefused, StorageUnavailable

log = structlog.get_logger(__name__)

_FULL = {"InsufficientStorage", "QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"}
# Parts of 16 MB reach 160 GB; files are read from the disk while they are sent, never kept in memory.
_TRANSFER = TransferConfig(multipart_threshold=16 << 20, multipart_chunksize=16 << 20, max_concurrency=4)


def _config(*, connect: int, read: int, attempts: int) -> Config:
    return Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        max_pool_connections=64,
        # Amazon's newest checksums are unknown to many others.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


class S3Storage(BaseStorage):
    @cached_property
    def client(self) -> Any:
        """One for all threads: it may be shared, and another for each would take its time and memory."""
        return self._new_client(
            _config(connect=backend.CONNECT_TIMEOUT, read=backend.READ_TIMEOUT, attempts=2),
        )

    @cached_property
    def _hasty_client(self) -> Any:
        return self._new_client(_config(connect=backend.PROBE_TIMEOUT, read=backend.PROBE_TIMEOUT, attempts=1))

    def _new_client(self, config: Config) -> Any:
        return self._create_session().client(
            "s3",
            region_name=self.region_name,
            endpoint_url=self.endpoint_url,
            verify=self.verify,
            config=self.client_config.merge(config),
        )

    def put(self, path: Path, key: str) -> None:
        """S3 shows an object when all of it is there, in one part or in many."""
        with _told("save"):
            self.client.upload_file(
                str(path), **self._at(key), ExtraArgs={"ContentType": backend.CONTENT_TYPE}, Config=_TRANSFER
            )

    def size_of(self, key: str) -> int | None:
        with _told("size"):
            try:
                return int(self.client.head_object(**self._at(key))["ContentLength"])
            except ClientError as error:
                if _status(error) != 404:
                    raise
                # A bucket that is gone answers the same, and must not look like files that are gone.
                self.client.head_bucket(Bucket=self.bucket_name)
                return None

    def remove(self, key: str) -> None:
        with _told("delete"):
            self.client.delete_object(**self._at(key))

    def read(self, key: str, start: int, end: int) -> Blocks:
        with _told("read"):
            try:
                stream = self.client.get_object(**self._at(key), Range=f"bytes={start}-{end}")["Body"]
            except self.client.exceptions.NoSuchKey as error:
                raise MissingFile(key) from error

        def read(length: int) -> bytes:
            with _told("read"):
                return bytes(stream.read(length))

        return Blocks(read, length=end - start + 1, close=stream.close)

    def file_path(self, _key: str) -> Path | None:
        return None

    def signed(self, key: str, *, filename: str, as_attachment: bool, expires: timedelta) -> str | None:
        params = {
            **self._at(key),
            "ResponseContentType": backend.CONTENT_TYPE,
            "ResponseContentDisposition": content_disposition_header(as_attachment, filename) or "inline",
        }
        with _told("sign"):
            return str(
                self.client.generate_presigned_url("get_object", Params=params, ExpiresIn=int(expires.total_seconds()))
            )

    def stored(self) -> Iterator[StoredFile]:
        prefix = self._normalize_name("")
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket_name, Prefix=prefix + backend.PREFIX
        )
        with _told("list"):
            for page in pages:
                for found in page.get("Contents", ()):
                    key = found["Key"].removeprefix(prefix)
                    if key != backend.PROBE_KEY:
                        yield StoredFile(key, found["Size"], found["LastModified"])

    def remove_unfinished(self, before: datetime) -> int:
        pages = self.client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self.bucket_name, Prefix=self._normalize_name("") + backend.PREFIX
        )
        count = 0
        with _told("remove unfinished"):
            for upload in (one for page in pages for one in page.get("Uploads", ())):
                if upload["Initiated"] < before:
                    # Somebody may finish it just now.
                    with suppress(self.client.exceptions.NoSuchUpload):
                        self.client.abort_multipart_upload(
                            Bucket=self.bucket_name, Key=upload["Key"], UploadId=upload["UploadId"]
                        )
                        count += 1
        return count

    def probe(self) -> None:
        with _told("probe"):
            self._hasty_client.put_object(**self._at(backend.PROBE_KEY), Body=backend.PROBE)
            self._hasty_client.delete_object(**self._at(backend.PROBE_KEY))

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(key)}


@contextmanager
def _told(operation: str) -> Iterator[None]:
    """Only codes and types go to the log: what the library says in full may hold keys."""
    try:
        yield
    except S3UploadFailedError as error:
        cause = error.__context__
        ours = _in_our_words(cause, operation) if isinstance(cause, ClientError) else StorageUnavailable()
        raise ours from error
    except (ClientError, BotoCoreError) as error:
        raise _in_our_words(error, operation) from error


def _in_our_words(error: ClientError | BotoCoreError, operation: str) -> StorageError:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    log.warning("recording storage", operation=operation, reason=code)
    if isinstance(error, ClientError):
        status = _status(error)
        if code in _FULL or status == 507:
            return StorageFull()
        return StorageUnavailable() if status >= 500 or status == 429 else StorageRefused()
    is_ours = isinstance(error, NoCredentialsError | PartialCredentialsError | ParamValidationError)
    return StorageRefused() if is_ours else StorageUnavailable()


def _status(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
