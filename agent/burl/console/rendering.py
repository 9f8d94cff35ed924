"""Templates -> HTML: everything is escaped, and text that steers is made visible first."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from burl.console.text import visible
from burl.console.views import clock_time
from burl.decide.times import rfc3339


def render(template: str, **values: Any) -> str:
    """Return the page that `template` makes of `values`."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("burl.console"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clock_time"] = clock_time
    environment.filters["time_of_day"] = lambda time_ns: clock_time(rfc3339(time_ns))[:8]
    environment.filters["date_and_time"] = lambda text: str(text)[:19].replace("T", " ")
    return environment


def _shown(value: Any) -> Any:
    """Make text visible before it is escaped; what is markup was text of templates."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
