"""What a study finds: gaps, causes, proofs, fragility, fairness; and single needs for staff."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.coverage.studies import (
    AreaOption,
    KOption,
    RowsOption,
    plain,
    print_value,
    published,
    say,
    show_table,
    study,
    text,
)
from api.commands.session import JsonFlag, print_json, session_of
from matcher.coverage.published import Coverage, ProvenDeficit

CategoryOption = Annotated[str | None, typer.Option("--category", metavar="ID", help="This category alone.")]


def summary(context: typer.Context, k: KOption = None, as_json: JsonFlag = False) -> None:
    """Say how much can be served, why not all of it, and what there is of each category.

    --json prints the whole study as analysts may see it.
    """
    found = published(session_of(context), k)
    if as_json:
        print_value(found)
        return
    say(
        f"Units of open needs: {text(found.units_wanted)}; at most {text(found.units_served)} can be served.",
        f"Counts from 1 to {found.k - 1} are hidden, and those that would tell them.",
    )
    show_table("Unmet needs", ("cause", "needs"), [(each.cause, each.needs) for each in found.causes])
    show_table(
        "Supply",
        ("category", "providers", "units", "communities nobody reaches", "mostly for"),
        [
            (each.category_id, each.providers, each.units, each.unreached_communities, each.main_cause or "")
            for each in found.categories
        ],
    )
    say(*(certificate(each) for each in found.deficits))
    if found.moran_i is not None:
        say(f"Communities with many unserved categories lie together: Moran's I {found.moran_i:.3f}.")


def gaps(
    context: typer.Context,
    area: AreaOption = None,
    category: CategoryOption = None,
    limit: RowsOption = 50,
    k: KOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List open and unmet needs by area and category, most unmet first. What is hidden is not listed."""
    found = published(session_of(context), k, area, category)
    items = found.gaps_in(area, category)[:limit]
    if as_json:
        print_json({"k": found.k, "gaps": plain(tuple(items))})
        return
    show_table(
        "Gaps",
        ("area", "name", "category", "needs", "unmet", "main cause"),
        [
            (
                each.area_code,
                each.name,
                each.category_id or "all",
                each.needs,
                each.unmet,
                each.main_cause or "",
            )
            for each in items
        ],
    )


def communities(
    context: typer.Context,
    area: AreaOption = None,
    limit: RowsOption = 50,
    k: KOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List communities by the number of categories that nobody serves there, and their hot spots."""
    found = published(session_of(context), k, area)
    items = sorted(found.communities_in(area), key=lambda each: -each.unreached_categories)[:limit]
    if as_json:
        print_json({"communities": plain(tuple(items))})
        return
    show_table(
        "Communities",
        ("community", "name", "categories that nobody serves", "cluster"),
        [(each.area_code, each.name, each.unreached_categories, each.spot) for each in items],
    )


def deficits(context: typer.Context, k: KOption = None, as_json: JsonFlag = False) -> None:
    """Prove what no plan can serve: needs that together outnumber everything that could serve them."""
    found = published(session_of(context), k)
    if as_json:
        print_json({"deficits": plain(found.deficits), "hides_deficits": found.hides_deficits})
        return
    say(*(certificate(each) for each in found.deficits))
    if found.hides_deficits:
        say(f"Others are about fewer than {found.k} needs or units, and are not shown.")


def fragility(context: typer.Context, k: KOption = None, as_json: JsonFlag = False) -> None:
    """Name the providers that are the only help somewhere, and skills that one provider alone holds."""
    found = published(session_of(context), k)
    if as_json:
        print_json({"key_providers": plain(found.key_providers), "sole_holders": plain(found.sole_holders)})
        return
    show_table(
        "Providers that nobody could stand in for",
        ("provider", "kind", "communities", "categories", "open units, at least", "residents, at least"),
        [
            (
                each.provider_id,
                each.kind,
                each.communities,
                each.category_ids,
                each.open_units,
                each.residents,
            )
            for each in found.key_providers
        ],
    )
    show_table(
        "Skills with a single holder in a district",
        ("district", "skill", "provider"),
        [(each.district_code, each.skill_id, each.provider_id) for each in found.sole_holders],
    )


def fairness(context: typer.Context, k: KOption = None, as_json: JsonFlag = False) -> None:
    """Say who is asked how often, whose needs are served, and how evenly residents are covered."""
    found = published(session_of(context), k)
    if as_json:
        parts = ("exposures", "often_asked", "served", "equity")
        print_json({name: plain(getattr(found, name)) for name in parts})
        return
    _show_fairness(found)


def unmet(context: typer.Context, limit: RowsOption = 50, as_json: JsonFlag = False) -> None:
    """List single unmet needs with what keeps help from each: for staff, not for analysts."""
    found = study(session_of(context)).unmet
    if as_json:
        print_json({"unmet": plain(found)})
        return
    show_table(
        "Unmet needs",
        ("need", "category", "community", "units", "cause", "nearest way out"),
        [
            (
                each.need_id,
                each.category_id,
                each.community_code or "",
                each.units,
                each.cause,
                ": ".join(each.near_miss) if each.near_miss else "",
            )
            for each in found[:limit]
        ],
    )


def certificate(deficit: ProvenDeficit) -> str:
    """Say a certificate in words."""
    return (
        f"{deficit.needs:,} needs ({', '.join(deficit.category_ids)}; {', '.join(deficit.district_codes)}) "
        f"want {deficit.units:,} units and share {deficit.capacity:,} of {deficit.providers:,} providers: "
        f"{deficit.missing:,} are missing, whoever plans."
    )


def _show_fairness(found: Coverage) -> None:
    show_table(
        "Referrals within 30 days",
        ("kind", "providers", "never asked", "referrals", "Gini"),
        [
            (
                each.kind,
                each.providers,
                each.never_asked,
                each.referrals,
                "-" if each.gini is None else each.gini,
            )
            for each in found.exposures
        ],
    )
    show_table(
        "Asked most often",
        ("provider", "kind", "referrals"),
        [(each.provider_id, each.kind, each.referrals) for each in found.often_asked],
    )
    show_table(
        "Needs that were served",
        ("by", "group", "needs", "served", "rate"),
        [(each.grouping, each.group, each.needs, each.served, each.rate) for each in found.served],
    )
    show_table(
        "Share of categories that reaches a resident in difficulty",
        ("district", "mean"),
        [(each.group, each.mean) for each in found.equity.districts],
    )
    say(f"Gini {text(found.equity.gini)}, Palma {text(found.equity.palma)}.")
