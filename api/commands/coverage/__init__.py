"""`lastmeter coverage …`: where help does not reach, why, and what would change it."""

from __future__ import annotations

import typer

from api.commands.coverage.asking import access, sites, what_if, worth
from api.commands.coverage.finding import communities, deficits, fairness, fragility, gaps, summary, unmet
from api.commands.coverage.writing import export, report

app = typer.Typer(
    help="Where help does not reach, why, and what would change it. Small counts are hidden.",
    no_args_is_help=True,
)
app.command("summary")(summary)
app.command("gaps")(gaps)
app.command("communities")(communities)
app.command("deficits")(deficits)
app.command("fragility")(fragility)
app.command("fairness")(fairness)
app.command("unmet")(unmet)
app.command("access")(access)
app.command("sites")(sites)
app.command("what-if")(what_if)
app.command("worth")(worth)
app.command("report")(report)
app.command("export")(export)
