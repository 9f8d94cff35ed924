"""Bar charts as SVG: horizontal bars with their spread and a mark where the goal lies."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from bench.results import Figure

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 820, 250, 110, 26, 40
_FONT = "font-family='system-ui, sans-serif' font-size='12'"


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: `unit` of the values, `goal_word` beside the dashed mark of each row's goal."""

    title: str
    unit: str
    rows: Mapping[str, Figure]

    def svg(self) -> str:
        """Return the picture; its colours are seen on a light and on a dark page."""
        height = _TOP + _ROW * len(self.rows) + 12
        largest = max(max(figure.spread[1], figure.goal or 0.0) for figure in self.rows.values())
        scale = (_WIDTH - _LEFT - _RIGHT) / largest
        bars = [
            _bar(name, figure, _TOP + _ROW * row, scale)
            for row, (name, figure) in enumerate(self.rows.items())
        ]
        head = (
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {height}' role='img'"
            f" aria-label='{escape(self.title)}'>\n"
            f"<rect width='{_WIDTH}' height='{height}' rx='6' fill='#fff'/>"
        )
        title = (
            f"<text x='12' y='22' {_FONT} font-weight='600' fill='#1b1f24'>"
            f"{escape(self.title)} <tspan fill='#57606a' font-weight='400'>({escape(self.unit)};"
            " dashed: the goal)</tspan></text>"
        )
        return "\n".join([head, title, *bars, "</svg>\n"])


def _bar(name: str, figure: Figure, top: float, scale: float) -> str:
    middle = top + _ROW / 2
    low, high = (_LEFT + value * scale for value in figure.spread)
    length = figure.median * scale
    colour = "#b3541e" if figure.kept is False else "#2f6f4f"
    text = f"y='{middle + 4:.0f}' {_FONT} fill='#1b1f24'"
    parts = [
        f"<text x='{_LEFT - 8}' {text} text-anchor='end'>{escape(name)}</text>",
        f"<rect x='{_LEFT}' y='{top + 5:.0f}' width='{length:.1f}' height='{_ROW - 10}' fill='{colour}'/>",
        f"<path d='M{low:.1f} {middle:.0f}H{high:.1f}' stroke='#1b1f24' stroke-width='1.5'/>",
        f"<text x='{max(high, _LEFT + length) + 6:.1f}' {text}>{number(figure.median)}</text>",
    ]
    if figure.goal is not None:
        at = _LEFT + figure.goal * scale
        parts.append(
            f"<path d='M{at:.1f} {top + 2:.0f}v{_ROW - 4}' stroke='#8250df' stroke-width='1.5'"
            " stroke-dasharray='3 2'/>"
        )
    return "\n".join(parts)


def number(value: float) -> str:
    """Return a number as people read it: thousands apart, three digits that count."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3g}"
