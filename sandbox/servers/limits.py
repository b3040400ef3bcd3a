"""Token buckets: how many calls an account may make of an operation, and how often it asked for more.

Belongs here: counting by the servers' time, so that both waiting and moving the world's clock refill a bucket.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class _Bucket:
    tokens: float
    at: float


class Limits:
    """Buckets of every (vendor, account, operation) that was ever called."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}
        self.calls: Counter[str] = Counter()
        self.exceeded: Counter[str] = Counter()

    def take(self, key: tuple[str, str, str], *, rate: float, burst: float, cost: float = 1.0) -> float:
        """Take from a bucket that refills by `rate` a second up to `burst`.

        Returns:
            0 when it was there; otherwise the seconds after which it would be, and nothing is taken.
        """
        now = self._clock()
        bucket = self._buckets.setdefault(key, _Bucket(burst, now))
        bucket.tokens = min(burst, bucket.tokens + max(0.0, now - bucket.at) * rate)
        bucket.at = now
        name = "/".join(key)
        self.calls[name] += 1
        # A bucket that refills to a whole token in floating point must count as full.
        if bucket.tokens + 1e-9 >= cost:
            bucket.tokens -= cost
            return 0.0
        self.exceeded[name] += 1
        return (cost - bucket.tokens) / rate

    def give(self, key: tuple[str, str, str], *, burst: float, tokens: float) -> None:
        """Give back what was taken and not needed."""
        bucket = self._buckets[key]
        bucket.tokens = min(burst, bucket.tokens + tokens)

    def left(self, key: tuple[str, str, str], *, burst: float) -> float:
        """What a bucket held after its last call."""
        bucket = self._buckets.get(key)
        return burst if bucket is None else bucket.tokens
