"""Waits for what nothing tells of: agents and threads that look for themselves."""

import asyncio
from collections.abc import Callable

_PAUSE_SECONDS = 0.02


async def until(reached: Callable[[], object], timeout_seconds: float) -> None:
    """Wait until it is so. Raises TimeoutError when that takes too long."""
    async with asyncio.timeout(timeout_seconds):
        while True:
            if reached():
                return
            await asyncio.sleep(_PAUSE_SECONDS)
