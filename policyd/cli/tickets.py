"""`policyd tickets`: what waits for a human."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click
import msgspec

from policyd.cli import exits, options, stores
from policyd.cli.output import Output
from policyd.language.diagnostics import Language, Phrase

if TYPE_CHECKING:
    from policyd.cli.show_tickets import Kept
    from policyd.state.maintenance import Reached
    from policyd.state.store import Store


@click.command("tickets")
@click.argument("group", required=False)
@click.argument("ticket", required=False)
@click.option("--all", "everything", is_flag=True, help="Settled ones too, which are kept for 30 days.")
@click.option("--tenant", metavar="NAME", help="Of this tenant only; '' is the one of bots without a tenant.")
@stores.named
@options.formats("pretty", "json")
@options.quiet
@options.language
def command(
    group: str | None,
    ticket: str | None,
    everything: bool,
    tenant: str | None,
    form: str,
    quiet: bool,
    language: Language | None,
    **flags: Any,
) -> int:
    """Say what waits for a human: in every group, in GROUP, or one TICKET of it with all that is known.

    A ticket is settled by a `verdict` event of the bot.
    """
    from policyd.cli.show_tickets import ticket_document, ticket_lines, ticket_table
    from policyd.cli.zones import Zones

    output = Output(language, quiet)
    settings = stores.settings_of(flags)
    tenants = stores.tenants(settings, tenant)
    now, found = stores.ask(settings, output, partial(_read, tenants, group, output))
    shown = [each for each in found if (each.ticket.id == ticket if ticket else everything or each.is_open)]
    if ticket and not shown:
        raise exits.Stop(exits.USAGE, output.text(_unknown(ticket, group)))
    if form == "json":
        output.line(msgspec.json.encode({"tickets": [ticket_document(each, now) for each in shown]}).decode())
    elif ticket:
        for each in shown:
            output.lines(ticket_lines(each, Zones(settings.policies), now, output))
    elif shown:
        output.lines(ticket_table(shown, Zones(settings.policies), now, output))
    elif not quiet:
        output.line(output.text(Phrase("nothing waits for a human", "没有待处理的工单")))
    return exits.FINE


async def _read(
    tenants: list[str], group: str | None, output: Output, store: Store, reached: Reached
) -> tuple[int, list[Kept]]:
    """The store's clock, and the tickets of all that is asked for."""
    from policyd.cli.show_tickets import Kept
    from policyd.engine.ticket_list import tickets

    places = [(tenant, g) for tenant in tenants for g in stores.groups_of(reached, tenant, group, "tickets", output)]
    found = [Kept(tenant, ticket) for tenant, g in places for ticket in await tickets(store, tenant, g)]
    return await store.now(0), found


def _unknown(ticket: str, group: str | None) -> Phrase:
    return Phrase(
        f"there is no ticket `{ticket}` in group {group}; `policyd tickets {group} --all` lists those that are kept",
        f"群 {group} 里没有工单 `{ticket}`;`policyd tickets {group} --all` 会列出保留的全部工单",
    )
