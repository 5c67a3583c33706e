"""One question for many expressions: is any of them in this text at all?

What the word index cannot leave out (see `index`) would have to be searched in every text, one expression after the other.
Here they are one re2 program, and nearly every text passes it once. It only ever leaves out what cannot be found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from plugins.moderation.patterns import Pattern, is_common, union
from plugins.moderation.rule import Check
from plugins.moderation.views import View

#: Expressions of one program: more of them, and it would be found in too many texts to be of use.
TOGETHER = 40


class Gated(Protocol):
    """A check with expressions that the index knows nothing of."""

    check: Check
    number: int

    @property
    def free_patterns(self) -> tuple[Pattern, ...]: ...

    @property
    def gate_programs(self) -> frozenset[int]: ...

    def guard(self, gate: Gate) -> None: ...


class Gate:
    """Programs over expressions; each expression is in one of them at most, known by the program's number."""

    def __init__(self, checks: Iterable[Gated]) -> None:
        asked = [check for check in checks if check.free_patterns]
        # What is found in ordinary sentences would open the gate for all others.
        useful = [pattern for check in asked for pattern in check.free_patterns if not is_common(pattern)]
        starts = range(0, len(useful), TOGETHER)
        self._batches: tuple[Sequence[Pattern], ...] = tuple(useful[at : at + TOGETHER] for at in starts)
        self._programs: dict[bool, list[Any | None]] = {}
        self.number_of = {pattern: number for number, batch in enumerate(self._batches) for pattern in batch}
        for check in asked:
            check.guard(self)
        #: The checks that each program speaks for, and where they look.
        self.checks = [
            frozenset(check.number for check in asked if number in check.gate_programs)
            for number in range(len(self._batches))
        ]
        self.fields = frozenset(
            field for check in asked if check.gate_programs for field in check.check.fields
        )

    def open_in(self, view: View) -> frozenset[int]:
        """The numbers of the programs whose expressions may be found in a text."""
        programs = self._programs.get(view.is_ascii)
        if programs is None:
            programs = [union(batch, ascii_only=view.is_ascii) for batch in self._batches]
            self._programs[view.is_ascii] = programs
        return frozenset(
            number
            for number, program in enumerate(programs)
            if program is None or program.search(view.text) is not None
        )
