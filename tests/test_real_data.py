"""The main job on real input: every real thread gets a summary, every real rule file a verdict."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.real_data import REAL_DATA

THREADS = REAL_DATA / "summaries" / "dev.jsonl"
RULES = REAL_DATA / "automod-dev"

pytestmark = pytest.mark.slow


def folkmoot(*words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.skipif(
    not THREADS.exists(), reason="the real discussions are not beside the project (FOLKMOOT_TEST_DATA)"
)
def test_every_real_thread_is_summarized_in_its_peoples_own_words() -> None:
    text = THREADS.read_text(encoding="utf-8")
    threads = [json.loads(line) for line in text.splitlines()]
    asked = "".join(json.dumps({**thread, "budget_words": 100}) + "\n" for thread in threads)
    done = folkmoot("summarize", "--jsonl", "-", text=asked)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(threads)
    for thread, answer in zip(threads, answers, strict=True):
        said = {
            str(comment["id"]): " ".join(comment["text"].replace(">", " ").split())
            for comment in thread["thread"]
        }
        assert answer, f"{thread['id']} got no summary"
        for sentence in answer:
            assert " ".join(sentence["text"].replace(">", " ").split()) in said[str(sentence["id"])], thread[
                "id"
            ]


@pytest.mark.skipif(
    not RULES.exists(), reason="the real rule files are not beside the project (FOLKMOOT_TEST_DATA)"
)
def test_every_real_rule_file_gets_a_verdict_and_nothing_is_dropped_without_a_word() -> None:
    for path in sorted(RULES.iterdir()):
        done = folkmoot("rules", "check", str(path), "--json")
        assert done.returncode in {0, 1}, f"{path.name}: {done.stderr}"
        verdict = json.loads(done.stdout)
        assert verdict["rules"] == verdict["loaded"] + verdict["off"], path.name
        named = {(problem["line"], problem["level"]) for problem in verdict["problems"]}
        assert all(line >= 1 for line, _ in named), path.name
        if verdict["off"]:
            assert any(level in {"off", "error"} for _, level in named), path.name
