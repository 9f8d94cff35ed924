import numpy as np

from burl.parse import Catalogue
from burl.parse.parser import Parser
from burl.parse.settings import ParseSettings
from burl.parse.standing import NOBODY

FLOOD = [f"{a}{b}{c} {b}{c}{a} {c}{a}{b}" for a in "qwrtp" for b in "zxvnm" for c in "klsdf"]


def ints(*values: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.array(values, dtype=np.int64)


def test_newcomers_that_flood_leave_births_to_those_that_were_here_before() -> None:
    catalogue = Catalogue()
    parser = Parser(ParseSettings(churn_burst=8, churn_lines=1000, max_open_streams=20), catalogue)
    parser.parse(["request served"] * 300, ints(*[0] * 300))
    parser.parse(FLOOD, ints(*range(1, len(FLOOD) + 1)))
    refused = parser.refused
    assert refused >= len(FLOOD) - 8
    (index,) = parser.parse(["database connection lost"], ints(0)).tolist()
    assert catalogue[index].text == "database connection lost"
    assert parser.refused == refused


def test_one_stream_that_floods_uses_up_only_its_own_births() -> None:
    catalogue = Catalogue()
    parser = Parser(ParseSettings(churn_burst=8, churn_lines=1000), catalogue)
    parser.parse(["request served"] * 600, ints(*[0, 1] * 300))
    parser.parse(FLOOD, ints(*[1] * len(FLOOD)))
    assert parser.refused == len(FLOOD) - 2
    (index,) = parser.parse(["database connection lost"], ints(0)).tolist()
    assert catalogue[index].text == "database connection lost"


def test_a_flood_without_end_leaves_templates_to_others() -> None:
    parser = Parser(ParseSettings(max_templates=40, churn_lines=1), Catalogue())
    parser.parse(["request served"] * 600, ints(*[0, 1] * 300))
    parser.parse(FLOOD, ints(*[1] * len(FLOOD)))
    parser.parse([line[::-1] + " again" for line in FLOOD], ints(*range(2, len(FLOOD) + 2)))
    refused = parser.refused
    assert refused > len(FLOOD)
    parser.parse(["database connection lost"], ints(0))
    assert parser.refused == refused


def test_who_found_no_place_stays_a_newcomer_however_much_it_writes() -> None:
    catalogue = Catalogue()
    parser = Parser(ParseSettings(churn_burst=8, churn_lines=1000), catalogue)
    parser.parse(["request served"] * 600, ints(*[0] * 600), ints(*[0, NOBODY] * 300))
    parser.parse(FLOOD, ints(*[0] * len(FLOOD)), ints(*[NOBODY] * len(FLOOD)))
    assert parser.refused == len(FLOOD) - 7


def test_who_was_there_in_training_is_no_newcomer() -> None:
    parser = Parser(
        ParseSettings(churn_burst=8, churn_lines=1000), Catalogue(), None, lambda writer: writer == 0
    )
    parser.parse(FLOOD, ints(*range(1, len(FLOOD) + 1)))
    refused = parser.refused
    parser.parse(["database connection lost"], ints(0))
    assert parser.refused == refused


def test_templates_of_newcomers_are_the_first_to_take_no_more_lines() -> None:
    catalogue = Catalogue()
    parser = Parser(ParseSettings(max_group_templates=3), catalogue)
    parser.parse(["request served"] * 300, ints(*[0] * 300))
    first, *_ = parser.parse(["cannot open file alpha now"], ints(0)).tolist()
    flood = [f"{line} {line[:3]} {line[4:7]}" for line in FLOOD[:20]]
    parser.parse(flood, ints(*range(1, 21)))
    assert parser.parse(["cannot open file beta now"], ints(0)).tolist() == [first]
