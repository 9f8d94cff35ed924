"""The short form: arbitrary bytes, and well-formed inputs with a few bytes changed, into every surface.

`make fuzz` is the long form, guided by coverage.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.fuzz_seeds import seeds
from support.fuzz_targets import TARGETS

SEEDS = seeds()
INTERESTING = st.sampled_from(
    [b"\xff", b"\0", b"\n", b"{", b'"', b"9" * 20, b"1e999", b"(a+)+", b"-1", b"[" * 2000]
)


@st.composite
def near(draw: st.DrawFn, name: str) -> bytes:
    """Return a seed of a target with stretches of it replaced."""
    data = draw(st.sampled_from(SEEDS[name]))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 16)))
        data = data[:start] + draw(st.one_of(INTERESTING, st.binary(max_size=8))) + data[end:]
    return data


def test_every_target_has_seeds() -> None:
    assert set(SEEDS) == set(TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_well_formed_inputs_are_taken(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.data())
@settings(max_examples=150)
def test_nothing_surprises(name: str, data: st.DataObject) -> None:
    TARGETS[name](data.draw(st.one_of(st.binary(max_size=400), near(name))))
