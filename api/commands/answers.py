"""Suggestions on a terminal: each score as the sum of its parts, then why there are not more."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console

from api.schemas.suggestions import NearMissOutput, SuggestionAnswer, SuggestionOutput


def show(answer: SuggestionAnswer, screen: Console) -> None:
    for line in lines_of(answer):
        screen.print(line, markup=False, soft_wrap=True)


def lines_of(answer: SuggestionAnswer) -> list[str]:
    need = answer.need
    place = answer.community_code or "a point in no known community"
    title = f"Need {need.id}: {need.category_id}, {need.urgency}, units: {need.units}, at {place}"
    lines = [title]
    if answer.is_synthetic:
        lines.append("Synthetic: made up for a demonstration.")
    if answer.is_stale:
        lines.append(f"The store cannot be reached: this is as of {answer.as_of.isoformat()}.")
    lines += [f"Note: {each.text}." for each in answer.remarks]
    for each in answer.suggestions:
        lines += suggestion_lines(each)
    if not answer.suggestions:
        lines.append("Nobody can be suggested.")
    if answer.considered is not None:
        lines.append(f"Considered {answer.considered:,} providers, of which held back by")
    lines += [f"{count:>9,} {reason}" for reason, count in (answer.rejected or {}).items()]
    if answer.near_misses:
        lines.append("Near misses, each held back by one rule:")
        lines += [near_miss_line(each) for each in answer.near_misses]
    return lines


def suggestion_lines(each: SuggestionOutput) -> list[str]:
    distance = "place not known" if each.distance_km is None else f"{each.distance_km:.3f} km"
    parts = " + ".join(f"{name} {exact(part.contribution)}" for name, part in each.factors.items())
    return [
        f"{each.rank:>4}. {each.name} ({each.provider_id}), {each.kind}, {distance}, "
        f"{each.remaining_units} free",
        f"      {exact(each.score)} = {parts}",
    ]


def near_miss_line(each: NearMissOutput) -> str:
    return f"      {each.name} ({each.provider_id}): {each.reason}: {each.change}"


def exact(number: float) -> str:
    """Write a score with the decimals it has, so that what is shown adds up."""
    return f"{Decimal(repr(number)).normalize():f}"
