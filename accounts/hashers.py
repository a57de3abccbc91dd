from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

from meet.db import release_connection

# Each takes its memory for a moment; 64 at once would take a small machine's.
_AT_ONCE = BoundedSemaphore(4)


class Argon2(Argon2PasswordHasher):
    """Argon2id with the second of OWASP's settings: 19 MiB, two passes, one lane."""

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        release_connection()
        with _AT_ONCE:
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        release_connection()
        with _AT_ONCE:
            return bool(super().verify(password, encoded))
