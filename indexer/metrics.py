"""What Prometheus is told of the mirror. Names no organisation, key or lot: it tells of blocks and rows."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from indexer.chain import Header, Link
from indexer.errors import Halt, IndexerError
from indexer.watch import Watch

_BATCH_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class MirrorMetrics(Watch):
    """One indexer's figures, in a registry of its process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, says: str) -> Gauge:
            return Gauge(f"suyuan_{name}", says, registry=registry)

        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(f"suyuan_{name}", says, labels, registry=registry)

        self._head = gauge("chain_head_block", "The node's newest block.")
        self._head_time = gauge("chain_head_timestamp_seconds", "When the node's newest block was made, Unix time.")
        self._tip = gauge("mirror_block", "The block the mirror's rows go up to.")
        self._final = gauge("mirror_finalised_block", "The highest block of the mirror that will not change.")
        self._lag = gauge("mirror_lag_blocks", "Blocks the node is ahead of the mirror.")
        self._lag_seconds = gauge("mirror_lag_seconds", "Chain time between the mirror's block and the node's newest.")
        self._lag_seconds.set(nan)
        self._blocks = counter("mirror_blocks", "Blocks written, some of them again after a reorg.")
        self._rows = counter("mirror_rows", "Journal rows written.")
        self._batch = Histogram(
            "suyuan_mirror_batch_seconds",
            "Time of the transaction that wrote a run of blocks.",
            buckets=_BATCH_SECONDS,
            registry=registry,
        )
        self._reorgs = counter("mirror_reorgs", "Reorgs followed.")
        self._reorg_depth = gauge("mirror_last_reorg_blocks", "Blocks that the last reorg took back.")
        self._retries = counter("mirror_retries", "Steps that are tried again, by cause.", "cause")
        # The process ends with a halt: what stays to be seen of it is that the target is gone.
        self._halts = counter("mirror_halts", "Halts, by cause.", "cause")
        self._newest: Header | None = None
        self._at: Link | None = None
        self._recorded_at: int | None = None

    def saw(self, head: Header) -> None:
        self._newest = head
        self._head.set(head.number)
        self._head_time.set(head.recorded_at)
        self._measure_lag()

    def stands(self, known: Sequence[Link]) -> None:
        self._at = known[-1]
        self._tip.set(known[-1].number)
        self._final.set(known[0].number)
        self._measure_lag()

    def wrote(self, headers: Sequence[Header], rows: int, seconds: float) -> None:
        self._recorded_at = headers[-1].recorded_at
        self._blocks.inc(len(headers))
        self._rows.inc(rows)
        self._batch.observe(seconds)

    def went_back(self, blocks: int) -> None:
        self._reorgs.inc()
        self._reorg_depth.set(blocks)
        # The mirror's block is one below what was written last; its time is known again with the next block.
        self._recorded_at = None

    def failed(self, error: IndexerError) -> None:
        (self._halts if isinstance(error, Halt) else self._retries).labels(error.code).inc()

    def _measure_lag(self) -> None:
        if self._newest is None or self._at is None:
            return
        lag = max(0, self._newest.number - self._at.number)
        self._lag.set(lag)
        if lag == 0:
            self._recorded_at = self._newest.recorded_at
        seconds = nan if self._recorded_at is None else max(0, self._newest.recorded_at - self._recorded_at)
        self._lag_seconds.set(seconds)
