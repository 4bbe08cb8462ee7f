"""Print the table of the life cycle of referrals that docs/closed-loop.md holds."""

from __future__ import annotations

from graph_models.domain.referrals import LIFE_CYCLE


def table() -> str:
    lines = ["| state | units are | may become | needs a reason |", "|---|---|---|---|"]
    for status, state in LIFE_CYCLE.items():
        following = ", ".join(f"`{each}`" for each in LIFE_CYCLE if each in state.following) or "nothing"
        account = "free" if state.account == "none" else state.account
        lines.append(f"| `{status}` | {account} | {following} | {'yes' if state.needs_reason else ''} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # noqa: T201
