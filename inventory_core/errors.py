"""The two ways in which the core says no. The `UnableTo...` classes themselves stand beside what raises them.

`Malformed`: the request cannot be understood (a missing field, half a unit, a local time); exit status 2.
`Refused`: it was understood, and a rule of the company forbids it; exit status 3. Nothing was written either way.
"""

from __future__ import annotations


class Malformed(ValueError):
    """A value that cannot mean anything; the message says what to pass instead. Pydantic adds the place to it."""


class Refused(Exception):
    """A rule forbids the request. `problems` holds one sentence each; the text joins them by line breaks."""

    def __init__(self, *problems: str) -> None:
        """At least one problem, each saying what is wrong and what to do next."""
        super().__init__("\n".join(problems))
        self.problems = problems
