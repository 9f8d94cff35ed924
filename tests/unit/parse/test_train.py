import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.errors import BundleError
from burl.parse import Catalogue, Parser, ParseSettings, TemplateSet, train_templates

WORDS = st.sampled_from(
    ["VM", "started", "stopped", "user", "7", "disk", "x=1", "x=y", "INFO", "ERROR", "a", "b", "c", "d", "e"]
)
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=60)


@given(LINES, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_does_not_matter(lines: list[str], rng: random.Random) -> None:
    shuffled = lines * 2
    rng.shuffle(shuffled)
    assert train_templates(lines, ParseSettings()) == train_templates(shuffled, ParseSettings())


@given(LINES)
def test_every_line_trained_on_matches_a_frozen_template(lines: list[str]) -> None:
    frozen = train_templates(lines, ParseSettings())
    catalogue = Catalogue()
    parser = Parser(ParseSettings(), catalogue, frozen)
    parser.parse(lines, np.zeros(len(lines), dtype=np.int64))
    assert {template.id for template in catalogue} == set(frozen.templates)


def test_few_words_at_a_place_are_choices_and_many_are_values() -> None:
    events = [f"instance <7> VM {state} (Lifecycle)" for state in ("Started", "Stopped", "Paused")]
    users = [f"session opened by {name} today" for name in ("ada", "eve", "bob", "kim", "joe")]
    texts = set(train_templates(events + users, ParseSettings()).templates.values())
    assert texts == {*(line.replace("7", "<*>") for line in events), "session opened by <*> today"}


def test_levels_error_kinds_and_tasks_never_become_wildcards() -> None:
    lines = [
        "INFO [shop.cart] done",
        "ERROR [shop.cart] done",
        "INFO [shop.auth] done",
        "retry of ConnectionError raised",
        "retry of TimeoutError raised",
        "Task shop.mail[c9173e2c-66e4-4f8f-a178-da77d3c8672a] received",
        "Task shop.fulfil[c9173e2c-66e4-4f8f-a178-da77d3c8672a] received",
    ]
    assert len(train_templates(lines, ParseSettings(max_choices=1))) == len(lines)


def test_survives_json_and_refuses_damage() -> None:
    frozen = train_templates(["user 7 in", "user 8 out"], ParseSettings())
    assert TemplateSet.from_json(frozen.to_json()) == frozen
    with pytest.raises(BundleError, match="template set"):
        TemplateSet.from_json(b"{}")
    damaged = json.loads(frozen.to_json())
    damaged["templates"][next(iter(damaged["templates"]))] = "another text"
    with pytest.raises(BundleError, match="train the bundle again"):
        TemplateSet.from_json(json.dumps(damaged))


def test_templates_mined_online_lead_to_the_trained_ones() -> None:
    lines = [f"user {name} logged in from {place}" for name in "abcdefgh" for place in ("home", "work")]
    catalogue = Catalogue()
    parser = Parser(ParseSettings(), catalogue)
    parser.parse(lines, np.zeros(len(lines), dtype=np.int64))
    trained = train_templates(lines, ParseSettings()).superseding(catalogue)
    assert all(trained.supersedes[template.id] in trained.templates for template in catalogue)


def test_progress_is_told() -> None:
    told: list[tuple[str, float]] = []
    train_templates(["a", "b"], ParseSettings(), lambda stage, fraction: told.append((stage, fraction)))
    assert told == [("templates", 0.0)]
