"""``sunwai watch``, ``claims`` and ``spikes`` over files."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sunwai.cli import whole_app

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
RUMOUR = "WhatsApp par forward: Sundarpur ki tanki mein zahar mila diya gaya hai, paani mat peena, sabko batao"


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    rows = [
        {
            "id": str(number),
            "text": RUMOUR,
            "author": {"id": f"a{number}"},
            "created_at": (START + timedelta(minutes=number)).isoformat(),
        }
        for number in range(20)
    ]
    path = tmp_path / "posts.jsonl"
    path.write_text("\n".join([*map(json.dumps, rows), "no post", ""]), encoding="utf-8")
    return path


def run(*words: object) -> str:
    result = CliRunner().invoke(whole_app(), [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stderr


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_watch_over_a_file_tells_each_doubling_and_says_what_it_could_not_read(posts: Path, tmp_path: Path) -> None:
    out, chart = tmp_path / "alerts.jsonl", tmp_path / "alerts.svg"
    said = run("watch", "--input", posts, "--output", out, "--plot", chart)
    assert [alert["id"] for alert in lines(out)] == ["x:0:0", "x:0:1"]
    assert "line 21: not JSON" in " ".join(said.split())
    assert chart.read_text(encoding="utf-8").startswith("<svg")


def test_every_post_has_its_claim(posts: Path, tmp_path: Path) -> None:
    out = tmp_path / "groups.jsonl"
    run("claims", "--input", posts, "--output", out)
    assert lines(out) == [{"id": str(number), "claim": "0"} for number in range(20)]


def test_a_series_is_scored_in_one_causal_pass(tmp_path: Path) -> None:
    values = [5 + number % 3 for number in range(900)] + [80] * 3
    rows = [f"{(START + timedelta(minutes=5 * n)).isoformat()},{value}" for n, value in enumerate(values)]
    scores = []
    for name, kept in (("whole", rows), ("begun", rows[:500])):
        source, out = tmp_path / f"{name}.csv", tmp_path / f"{name}.out.csv"
        source.write_text("timestamp,value\n" + "\n".join(kept), encoding="utf-8")
        run("spikes", "--input", source, "--output", out)
        scores.append(out.read_text(encoding="utf-8").splitlines())
    assert scores[0][:501] == scores[1]
    assert scores[0][0] == "timestamp,value,score,alert"
    assert any(line.endswith(",1") for line in scores[0][901:])
    assert not any(line.endswith(",1") for line in scores[0][300:901])


def test_a_bad_row_is_named(tmp_path: Path) -> None:
    source = tmp_path / "bad.csv"
    source.write_text("timestamp,value\nyesterday,3\n", encoding="utf-8")
    result = CliRunner().invoke(whole_app(), ["spikes", "--input", str(source)])
    assert result.exit_code == 1
    assert "line 2" in " ".join(result.stderr.split())
