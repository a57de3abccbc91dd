"""What programs asked under an Idempotency-Key, and what they were told."""

from django.db import models

LONGEST_KEY = 255


class IdempotentCall(models.Model):
    """A claim as long as `sealed` is empty; afterwards the answer, for whoever asks again."""

    # Whose key it is: two programs may draw the same one.
    credential = models.CharField(max_length=40)
    key = models.CharField(max_length=LONGEST_KEY)
    fingerprint = models.CharField(max_length=64)
    claimed_at = models.DateTimeField()
    sealed = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["credential", "key"], name="one_call_per_key")]
        indexes = [models.Index(fields=["claimed_at"], name="idempotent_call_claimed")]

    def __str__(self) -> str:
        return f"{self.credential} {self.key}"
