"""How smoothly a page moves: frames and long tasks while something is done in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.console.desk import Desk

# Set as soon as the list has a need, and as soon as the map has drawn what it was given.
NOTE_FIRST_VIEW = """
const look = () => {
  if (!window.firstNeed && document.querySelector('[data-need]')) window.firstNeed = performance.now();
  const told = document.querySelector('.map-summary')?.textContent;
  if (!window.firstMap && told) window.firstMap = performance.now();
  if (!window.firstNeed || !window.firstMap) requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""

BEGIN = """() => {
  const kept = { gaps: [], tasks: [], last: performance.now(), isOn: true };
  window.kept = kept;
  kept.observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) kept.tasks.push(entry.duration);
  });
  kept.observer.observe({ entryTypes: ['longtask'] });
  const frame = (now) => {
    kept.gaps.push(now - kept.last);
    kept.last = now;
    if (kept.isOn) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""
END = """() => {
  const { kept } = window;
  kept.isOn = false;
  kept.observer.disconnect();
  return [kept.gaps.slice(1), kept.tasks];
}"""
SCROLL = """async (steps) => {
  const list = document.querySelector('[role=listbox]');
  const most = list.scrollHeight - list.clientHeight;
  for (let step = 0; step <= steps; step += 1) {
    list.scrollTop = (most * step) / steps;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}"""
SCROLL_STEPS = 300
PAN_MOVES = 60


@dataclass(frozen=True)
class Frames:
    """Frames a second, and the longest times in milliseconds."""

    per_second: float
    longest: float
    longest_task: float


def during(desk: Desk, act: Callable[[], None]) -> Frames:
    desk.page.evaluate(BEGIN)
    act()
    gaps, tasks = desk.page.evaluate(END)
    return Frames(1000 * len(gaps) / sum(gaps), max(gaps), max(tasks, default=0))


def panning(desk: Desk, steps: int) -> Frames:
    """Zoom in so often, then drag the map about as a hand does."""
    for _ in range(steps):
        desk.button("Zoom in").click()
        desk.page.wait_for_timeout(600)
    desk.page.wait_for_timeout(1500)
    box = desk.page.locator(".map-canvas").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def drag() -> None:
        desk.page.mouse.move(*middle)
        desk.page.mouse.down()
        for move in range(PAN_MOVES):
            desk.page.mouse.move(middle[0] + 2 * (move % 60), middle[1] + (move % 60))
        desk.page.mouse.up()
        desk.page.wait_for_timeout(1000)

    return during(desk, drag)


def scrolling(desk: Desk) -> Frames:
    """Run from the first need to the last."""
    return during(desk, lambda: desk.page.evaluate(SCROLL, SCROLL_STEPS))
