"""The command line `diaobo`: which command lives in which module, and nothing else.

A command is `pipelines/commands/<module>.py` with one click object called `command`. Modules are loaded only when
their command is called, and load what is heavy (Dagster, dbt, Prophet, Polars, Streamlit) inside their functions:
`diaobo --help` must answer at once (docs/adr/0004).
"""

from __future__ import annotations

import importlib

import click

# command -> (module below pipelines.commands, one line of help; held here so that --help imports no command)
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("run", "The daily job in one process, with progress."),
    "serve": ("serve", "The app, Dagster and the worker of the outbox, until Ctrl-C."),
    "company": ("company", "A new company folder from the template."),
    "import": ("import_files", "Data from workbooks, CSV, Parquet through a column mapping."),
    "feeds": ("feeds", "What came in, what is held, and letting it go."),
    "sql": ("sql", "Read-only SQL on the published marts."),
    "forecast": ("forecast", "Demand forecast from a file, without a company."),
    "suggest": ("suggest", "One round of planning from files, without a company."),
    "order": ("order", "Commands of the core: JSON in, JSON out."),
    "outbox": ("outbox", "What people, warehouses and shops must be told: the worker, and messages that wait."),
    "verify": ("verify", "Whether the record of orders and stock can be trusted."),
    "user": ("user", "People who may sign in, and their tokens."),
    "sandbox": ("sandbox", "The sample company and the world outside."),
    "doctor": ("doctor", "Looks at this machine and this company and says what is wrong."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, loaded now; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"pipelines.commands.{COMMANDS[cmd_name][0]}")
        command = module.command
        if not isinstance(command, click.Command):  # a programming error, not a user's
            raise TypeError(f"pipelines.commands.{COMMANDS[cmd_name][0]}.command is no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without loading any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="diaobo")
def main() -> None:
    """Diaobo (调拨): what to move between warehouses, why, and what became of it."""
