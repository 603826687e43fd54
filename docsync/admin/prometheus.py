"""The metrics by name, with what each one means.

Never uses the name of a file or of a document as a label.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from docsync.counters import Counters, Histogram
from docsync.status import Status

_STATES = ("in_sync", "syncing", "held", "starting", "degraded")


def render_metrics(status: Status, counters: Counters, database: Path, wanted: str) -> tuple[bytes, str]:
    """The text and its media type. *wanted* is the header Accept."""
    registry = CollectorRegistry()
    registry.register(_MetricsCollector(status, counters, database))
    encoder, media_type = choose_encoder(wanted)
    return encoder(registry), media_type


class _MetricsCollector(Collector):
    def __init__(self, status: Status, counters: Counters, database: Path) -> None:
        self._status = status
        self._counters = counters
        self._database = database

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("docsync_build", "What runs.", {"version": self._status.version})
        yield from self._collect_documents()
        yield from self._collect_state()
        yield from self._collect_work()
        yield from self._collect_times()
        yield from self._collect_disk()

    def _collect_documents(self) -> Iterator[Metric]:
        of = self._status.collections
        yield _build_gauge(
            "type", "docsync_documents", "Documents in the database.", {c.type: c.documents for c in of}
        )
        yield _build_gauge(
            "type",
            "docsync_invalid_documents",
            "Errors in files that cannot be taken.",
            {c.type: c.errors for c in of},
        )
        yield _build_gauge(
            "type", "docsync_warnings", "Warnings about files.", {c.type: c.warnings for c in of}
        )
        yield _build_gauge(
            "type",
            "docsync_held_deletes",
            "Deletions kept back until released.",
            {c.type: c.held for c in of},
        )

    def _collect_state(self) -> Iterator[Metric]:
        status = self._status
        yield GaugeMetricFamily(
            "docsync_ready", "1 when services may rely on the database.", float(status.ready)
        )
        states = {state: int(state == status.state) for state in _STATES}
        yield _build_gauge("state", "docsync_state", "1 for the state that the daemon is in.", states)
        degraded = {reason.code: 1 for reason in status.reasons}
        yield _build_gauge("reason", "docsync_degraded", "1 for each reason that the daemon gives.", degraded)
        dead = any(reason.code == "watcher_dead" for reason in status.reasons)
        roots = {collection.type: int(not dead) for collection in status.collections}
        yield _build_gauge(
            "root", "docsync_watcher_up", "1 while changes in the folder of this type are noticed.", roots
        )
        folders = {collection.type: int(collection.root == "ok") for collection in status.collections}
        yield _build_gauge("root", "docsync_root_up", "1 while the folder of this type can be read.", folders)
        yield GaugeMetricFamily("docsync_queue_depth", "Paths that wait to be looked at.", status.pending)
        yield GaugeMetricFamily(
            "docsync_undecided", "Paths whose bad news is not believed yet.", status.undecided
        )
        yield GaugeMetricFamily("docsync_sequence", "The revision of the database.", status.revision)

    def _collect_work(self) -> Iterator[Metric]:
        counters = self._counters
        yield _build_counter("kind", "docsync_file_events", "Hints of the watcher.", counters.hints())
        runs = CounterMetricFamily(
            "docsync_sync_runs",
            "Batches by what set them off and how they ended.",
            labels=("trigger", "result"),
        )
        for labels, count in sorted(counters.runs().items()):
            runs.add_metric(labels, count)
        yield runs
        yield _build_counter("reason", "docsync_rescans", "Looks at every file.", counters.rescans())
        yield _build_counter(
            "source", "docsync_reads", "Answers of the endpoint out of the database.", counters.reads()
        )
        yield _build_counter("result", "docsync_renders", "Prompts to be rendered.", counters.renders())

    def _collect_times(self) -> Iterator[Metric]:
        success = self._counters.last_success
        yield GaugeMetricFamily(
            "docsync_last_success_timestamp_seconds",
            "When database and files were last compared, since 1970.",
            success,
        )
        duration = HistogramMetricFamily("docsync_sync_duration_seconds", "How long a batch took.")
        duration.add_metric((), *_buckets(self._counters.seconds()))
        yield duration
        rendering = HistogramMetricFamily(
            "docsync_render_duration_seconds", "How long a prompt took, with the start of its process."
        )
        rendering.add_metric((), *_buckets(self._counters.render_seconds()))
        yield rendering
        latency = HistogramMetricFamily(
            "docsync_change_latency_seconds",
            "From the first event of a file to the commit that holds it; a deletion waits for the debounce time.",
            labels=("change",),
        )
        for change, histogram in self._counters.latency().items():
            latency.add_metric((change,), *_buckets(histogram))
        yield latency

    def _collect_disk(self) -> Iterator[Metric]:
        # By stat alone: opening and closing the file by any other way than SQLite would drop SQLite's locks.
        wal = self._database.with_name(f"{self._database.name}-wal")
        yield GaugeMetricFamily("docsync_db_size_bytes", "Size of the database.", _size(self._database))
        yield GaugeMetricFamily("docsync_wal_size_bytes", "Size of the log beside the database.", _size(wal))


def _build_gauge(label: str, name: str, meaning: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=(label,))
    for value, number in values.items():
        family.add_metric((value,), number)
    return family


def _build_counter(label: str, name: str, meaning: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, meaning, labels=(label,))
    for value, number in sorted(values.items()):
        family.add_metric((value,), number)
    return family


def _buckets(histogram: Histogram) -> tuple[list[tuple[str, float]], float]:
    """Counts of all that is below each bound, and the sum of the values."""
    below, count = [], 0
    for bound, number in zip((*map(str, histogram.bounds), "+Inf"), histogram.counts, strict=True):
        count += number
        below.append((bound, float(count)))
    return below, histogram.total


def _size(path: Path) -> float:
    try:
        return float(path.stat().st_size)
    except OSError:
        return 0.0
