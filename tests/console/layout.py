"""What ends outside of a window."""

from __future__ import annotations

from tests.console.desk import Desk

# Text and controls. Large tables may be scrolled sideways, nothing else.
CUT_OFF = """() => {
  const tables = '.scrolling-table, .planned-rows, .visually-hidden, .maplibregl-map';
  const isRead = (at) => at.matches('button, input') || (!at.children.length && at.textContent.trim());
  return Array.from(document.querySelectorAll('#main *'))
    .filter((at) => isRead(at) && !at.closest(tables) && at.getBoundingClientRect().right > innerWidth + 1)
    .map((at) => at.outerHTML.slice(0, 100));
}"""


def cut_off(desk: Desk) -> list[str]:
    """What can be reached only by scrolling sideways, or not at all."""
    is_wider = desk.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found: list[str] = desk.page.evaluate(CUT_OFF)
    return ["the page scrolls sideways"] * is_wider + found
