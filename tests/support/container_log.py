"""A container's log as its runtime writes it (CRI), a line a millisecond."""

import signal
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from support.agent_process import AgentProcess
from support.sender_process import SenderProcess

BEGUN = datetime(2026, 11, 22, tzinfo=UTC)


def container_lines(numbers: range) -> list[str]:
    """Return the lines with these numbers; a line's time is its number in milliseconds after `BEGUN`."""
    return [
        f"{BEGUN + timedelta(milliseconds=number):%Y-%m-%dT%H:%M:%S.%f}000Z stdout F"
        f" request {number} served in {number % 17} ms\n"
        for number in numbers
    ]


def offsets(lines: list[str]) -> list[int]:
    """Return where in the file each line begins, in bytes."""
    return list(accumulate((len(line.encode()) for line in lines[:-1]), initial=0))


def write_through_kills(path: Path, lines: list[str], agent: AgentProcess, sender: SenderProcess) -> None:
    """Write the log part by part, while the agent is killed, and who sends it is killed and is ended."""
    with path.open("w") as file:
        for number, part in enumerate(lines[start : start + 500] for start in range(0, len(lines), 500)):
            file.writelines(part)
            file.flush()
            if number % 3 == 1:
                agent.kill()
                agent.start()
            if number in {2, 5}:
                sender.end(signal.SIGKILL if number == 2 else signal.SIGTERM)
                sender.start()
