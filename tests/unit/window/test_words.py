"""Words after a text that stands before ids."""

from hypothesis import given
from hypothesis import strategies as st

from burl.window.words import PlainWords, word_after

_TAILS = st.text(alphabet="ab1-_. ,/\n\u00e9\ud800", max_size=6)


@given(st.lists(st.builds("{}{}{}".format, st.sampled_from(["", "x"]), st.just("id="), _TAILS), min_size=1))
def test_plain_words_are_the_words_that_stand_there(bodies: list[str]) -> None:
    plain = PlainWords("id=")
    for lines in (bodies, bodies[::-1], bodies[:1]):
        assert plain.find(lines) in (None, [word_after(body, "id=") for body in lines])


def test_words_that_end_alike_are_plain() -> None:
    assert PlainWords("/cart/").find(["GET /cart/c-1/items", "PUT /cart/c-2/items"]) == ["c-1", "c-2"]
    assert PlainWords("photo ").find(["photo a1.jpg: stored", "photo b.jpg: gone"]) == ["a1.jpg", "b.jpg"]
    assert PlainWords("order ").find(["order 17", "order 18"]) == ["17", "18"]


def test_what_has_no_word_there_is_not_plain() -> None:
    assert PlainWords("order ").find(["order 17", "order (17)"]) is None
    assert PlainWords("order ").find(["order 17", "cart 17"]) is None
