import re
from pathlib import Path
from xml.etree import ElementTree as ET

from bench.chart import Chart, number
from bench.page import write_page
from bench.results import PATH, Figure, Results, read_results

SVG = "{http://www.w3.org/2000/svg}"


def _results() -> Results:
    results = Results({"cores": "2", "python": "3.11"}, absent=["OpenStack: not there"])
    results.add("end_to_end/shop", [4.0, 5.0, 7.0], "us/line", 4.5)
    results.add("ratio/shop, drain3", [3.0], "ratio", 2.0)
    results.add("growth/streams/10", [5.0], "us/line")
    results.add("growth/streams/100000", [6.0], "us/line")
    results.add("memory/PSS", [90.0], "MB", 100.0)
    return results


def test_the_page_says_what_was_kept_missed_and_not_measured(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    write_page(_results(), tmp_path / "performance.md", tmp_path / "images")
    page = (tmp_path / "performance.md").read_text("utf-8")
    assert "| shop | 5.00 | 4.00 to 7.00 | us/line | 4.50 | **missed** |" in page
    assert "| memory: PSS | 90.0 |  | MB | 100 | reached |" in page
    assert "| streams | 10 | 100,000 |" in page
    assert "- OpenStack: not there" in page
    for image in re.findall(r"\]\((images/[^)]+)\)", page):
        assert (tmp_path / image).is_file()


def test_a_chart_is_well_formed_with_a_bar_for_each_row() -> None:
    rows = {"a < b": Figure((1.0, 2.0, 3.0), "ratio", 4.0), "c & d": Figure((5.0,), "ratio")}
    picture = ET.fromstring(Chart("Speed & size", "thousands", rows).svg())
    assert len(picture.findall(f"{SVG}rect")) == 1 + len(rows)
    texts = {"".join(each.itertext()) for each in picture.findall(f"{SVG}text")}
    assert {"a < b", "c & d", "2.00", "5.00"} <= texts


def test_numbers_have_the_digits_that_count() -> None:
    said = {0: "0", 0.01414: "0.0141", 3.14159: "3.14", 31.4159: "31.4", 3141.59: "3,142"}
    assert {value: number(value) for value in said} == said


def test_the_committed_page_is_of_the_committed_figures(tmp_path: Path) -> None:
    docs = PATH.parents[1] / "docs"
    (tmp_path / "images").mkdir()
    write_page(read_results(PATH), tmp_path / "performance.md", tmp_path / "images")
    assert (tmp_path / "performance.md").read_text("utf-8") == (docs / "performance.md").read_text("utf-8")
    for image in (tmp_path / "images").iterdir():
        assert image.read_text("utf-8") == (docs / "images" / image.name).read_text("utf-8")
