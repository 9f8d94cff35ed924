"""The report of an evaluation: one self-contained HTML page, with the pictures beside it as SVG files."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, select_autoescape

from burl.train.evaluate.evaluation import Evaluation
from burl.train.evaluate.pictures import pr_picture, timeline_picture

_MAX_CURVES = 12


def write_report(evaluation: Evaluation, directory: Path) -> Path:
    """Write `report.html`, `precision_recall.svg` and a timeline for each detector; return the page."""
    directory.mkdir(parents=True, exist_ok=True)
    curves = evaluation.curves[:_MAX_CURVES]
    timelines = {f"{curve.detector}-{curve.unit}": timeline_picture(curve) for curve in curves}
    pictures = {f"timeline-{name}": picture for name, picture in timelines.items()}
    if curves:
        pictures["precision_recall"] = pr_picture(curves)
    for name, picture in pictures.items():
        standalone = picture.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        (directory / f"{name}.svg").write_text(standalone, encoding="utf-8")
    environment = Environment(
        loader=PackageLoader("burl.train.evaluate"), autoescape=select_autoescape(["jinja"])
    )
    page = environment.get_template("evaluation.html.jinja").render(
        evaluation=evaluation,
        curve=pictures.get("precision_recall", ""),
        timelines=timelines,
    )
    path = directory / "report.html"
    path.write_text(page, encoding="utf-8")
    return path
