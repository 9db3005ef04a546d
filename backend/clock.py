"""The service's clock: the only place that asks what time it is."""

import time


def now() -> int:
    """Unix seconds, as the chain counts."""
    return int(time.time())
