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


def indexes(frozen: TemplateSet, lines: list[str]) -> list[str]:
    catalogue = Catalogue()
    found = Parser(frozen.settings, catalogue, frozen).parse(lines, np.arange(len(lines), dtype=np.int64))
    return [catalogue[index].text for index in found.tolist()]


@pytest.mark.parametrize("value", ["7", "a1b2c3", "-", "v7x"])
def test_a_place_of_masked_values_takes_values_only(value: str) -> None:
    frozen = train_templates([f"worker left after {n} size={n}" for n in (1, 22)], ParseSettings())
    assert indexes(frozen, [f"worker left after {value} size={value}"]) == ["worker left after <*> size=<*>"]
    for line in ("worker left after shouting size=7", "worker left after 7 size=huge"):
        assert indexes(frozen, [line])[0] not in frozen.templates.values()


def test_a_place_where_words_stood_takes_other_words_and_values() -> None:
    names = ("ada", "eve", "bob", "kim", "joe", "7")
    frozen = train_templates([f"user {name} left by={name}" for name in names], ParseSettings())
    assert frozen.words is not None
    assert list(frozen.words.values()) == [(1, 3)]
    for line in ("user sue left by=sue", "user 9 left by=9"):
        assert indexes(frozen, [line]) == ["user <*> left by=<*>"]


def test_sets_of_version_1_are_read_and_every_wildcard_of_theirs_takes_words() -> None:
    frozen = train_templates([f"worker left after {n}" for n in (1, 22)], ParseSettings())
    old = {**json.loads(frozen.to_json()), "version": 1}
    del old["words"]
    read = TemplateSet.from_json(json.dumps(old))
    assert indexes(read, ["worker left after shouting"]) == ["worker left after <*>"]
    assert json.loads(read.to_json())["version"] == 1


def test_messages_of_masked_values_alone_are_one_whatever_their_heads() -> None:
    lines = [f"{n} node-{node}-{n}: ERROR lr:0{n} cr:{n}" for n, node in enumerate("abcdef")]
    assert list(train_templates(lines, ParseSettings()).templates.values()) == ["<*> <*> ERROR lr:<*> cr:<*>"]


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
