"""A service and a template as one integer: columns of both are sorted, counted and looked up as one."""

from typing import TypeVar

from burl.receive.batch import Ints

_BITS = 32
_IntOrInts = TypeVar("_IntOrInts", int, Ints)


def pair_of(service: _IntOrInts, template: _IntOrInts) -> _IntOrInts:
    """Return the pair of a service and a template, or of two columns of them; all below 2**31."""
    return service << _BITS | template


def service_of(pair: _IntOrInts) -> _IntOrInts:
    """Return the service of a pair."""
    return pair >> _BITS


def template_of(pair: _IntOrInts) -> _IntOrInts:
    """Return the template of a pair."""
    return pair & ((1 << _BITS) - 1)
