import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

import docsync
from docsync.counters import BatchResult, Trigger
from docsync.model import BatchRecord
from tests.admin.endpoint import Endpoint
from tests.admin.fake_commands import AT, FakeCommands
from tests.helpers.project import Project

DASHBOARD = Path(docsync.__file__).parent.parent / "docs" / "grafana.json"
BASE_UNITS = ("_seconds", "_bytes", "_ratio")
OTHER_UNITS = ("_ms", "_milliseconds", "_minutes", "_kilobytes", "_mb", "_percent")


@pytest.fixture
def busy(commands: FakeCommands) -> FakeCommands:
    """Something of everything that can be counted."""
    counters = commands.counters
    counters.record_hint("closed")
    counters.record_read("database")
    counters.record_rescan(Trigger.START)
    for result in BatchResult:
        counters.record_run(Trigger.HINT, result, 0.02)
    counters.record_batch(BatchRecord(AT, 7, 20.0, 1, 0, "hint"))
    counters.record_latency("upsert", AT, [0.004, 0.004, 0.04])
    counters.record_latency("delete", AT, [0.51])
    commands.degrade("polling", "watch_limit")
    return commands


def families(endpoint: Endpoint) -> dict[str, Metric]:
    got = endpoint.ask("GET", "/metrics")
    assert (got.status, got.headers.get_content_type()) == (200, "text/plain")
    return {family.name: family for family in parse(got.body.decode())}


def value(endpoint: Endpoint, sample: str, **labels: str) -> float:
    found = [
        one.value
        for family in families(endpoint).values()
        for one in family.samples
        if one.name == sample and one.labels == labels
    ]
    assert len(found) == 1, (sample, labels)
    return found[0]


def test_the_numbers_are_those_of_the_status_and_of_the_counters(
    endpoint: Endpoint, busy: FakeCommands
) -> None:
    assert value(endpoint, "docsync_build_info", version="1.0") == 1
    assert value(endpoint, "docsync_documents", type="persona") == 3
    assert value(endpoint, "docsync_sequence") == 7
    assert value(endpoint, "docsync_ready") == 1
    assert value(endpoint, "docsync_state", state="in_sync") == 1
    assert value(endpoint, "docsync_state", state="degraded") == 0
    assert value(endpoint, "docsync_degraded", reason="polling") == 1
    assert value(endpoint, "docsync_watcher_up", root="persona") == 1
    assert value(endpoint, "docsync_file_events_total", kind="closed") == 1
    assert value(endpoint, "docsync_sync_runs_total", trigger="hint", result="refused") == 1
    assert value(endpoint, "docsync_rescans_total", reason="start") == 1
    assert value(endpoint, "docsync_sync_duration_seconds_count") == 2
    assert value(endpoint, "docsync_change_latency_seconds_bucket", change="upsert", le="0.005") == 2
    assert value(endpoint, "docsync_change_latency_seconds_bucket", change="upsert", le="+Inf") == 3
    assert value(endpoint, "docsync_change_latency_seconds_sum", change="delete") == 0.51


def test_a_dead_watcher_is_down_for_every_root(endpoint: Endpoint, commands: FakeCommands) -> None:
    commands.degrade("watcher_dead")

    assert value(endpoint, "docsync_watcher_up", root="persona") == 0
    assert value(endpoint, "docsync_ready") == 0


def test_sizes_are_those_of_the_files(endpoint: Endpoint, project: Project) -> None:
    project.persona("personas/ana.json")
    project.settle()

    assert value(endpoint, "docsync_db_size_bytes") == project.database.stat().st_size
    assert value(endpoint, "docsync_wal_size_bytes") == Path(f"{project.database}-wal").stat().st_size > 0


def test_a_database_that_is_gone_has_no_size(endpoint: Endpoint, project: Project) -> None:
    project.close()
    project.database.unlink()

    assert value(endpoint, "docsync_db_size_bytes") == 0


def test_the_text_keeps_the_rules_of_promtool(endpoint: Endpoint, busy: FakeCommands) -> None:
    text = endpoint.ask("GET", "/metrics").body.decode()
    helps = re.findall(r"^# HELP (\S+) (.+)$", text, re.MULTILINE)
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))

    assert [name for name, _ in helps] == list(types)
    assert len(helps) == len(set(helps)) >= 20
    for name, meaning in helps:
        assert re.fullmatch(r"docsync(_[a-z]+)+", name)
        assert meaning.endswith("."), name
        assert not name.endswith(OTHER_UNITS)
        assert types[name] in ("counter", "gauge", "histogram")
        assert name.endswith("_total") == (types[name] == "counter"), name
        assert types[name] != "histogram" or name.endswith(BASE_UNITS)
        assert not re.search(r"_(counter|gauge|histogram|bucket|sum|count)$", name)
    for labels in re.findall(r"\{(.*?)\}", text):
        assert not re.search(r"(?:^|,)[a-z]*[A-Z]", labels)


def test_openmetrics_is_spoken_to_who_asks_for_it(endpoint: Endpoint, busy: FakeCommands) -> None:
    got = endpoint.ask("GET", "/metrics", None, {"Accept": "application/openmetrics-text; version=1.0.0"})

    assert got.headers.get_content_type() == "application/openmetrics-text"
    parsed = parse_openmetrics(got.body.decode())  # type: ignore[no-untyped-call]  # it has no types
    assert len(list(parsed)) == len(families(endpoint))


def test_no_label_says_which_file_or_document(
    endpoint: Endpoint, project: Project, busy: FakeCommands
) -> None:
    project.persona('personas/hostile"}\n x.json', name="secret-name")
    project.persona("personas/secret-path.json")
    project.settle()
    endpoint.ask("GET", "/v1/documents/persona/secret-path")
    values = {
        label
        for family in families(endpoint).values()
        for one in family.samples
        for label in one.labels.values()
    }

    assert not [label for label in values if "secret" in label or "/" in label or "hostile" in label]
    assert len(values) < 60


def test_the_client_is_loaded_when_somebody_asks(tmp_path: Path) -> None:
    loaded = "import sys, docsync.daemon; sys.exit('prometheus_client' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0


def test_the_dashboard_for_grafana_uses_metrics_that_exist(endpoint: Endpoint, busy: FakeCommands) -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    used = {name for query in asked for name in re.findall(r"docsync_[a-z_]+", query)}
    samples = {one.name for family in families(endpoint).values() for one in family.samples}

    assert len(used) >= 12
    assert used - samples == set()
    assert len({panel["title"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
