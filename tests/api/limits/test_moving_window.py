"""The window moves: never more in any stretch of time, and nothing is kept of who has gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from api.limits.moving_window import MovingWindow


class Timer:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.integers(0, 8), max_size=80))
def test_never_more_in_any_stretch(steps: list[int]) -> None:
    """Of all times that were allowed, no ten seconds hold more than three; whoever may, does."""
    timer = Timer()
    window = MovingWindow(3, 10, timer=timer)
    allowed: list[float] = []
    for step in steps:
        timer.now += step
        lately = [each for each in allowed if each > timer.now - 10]
        standing = window.take("a")
        assert standing.is_allowed == (len(lately) < 3)
        if standing.is_allowed:
            allowed.append(timer.now)
            lately.append(timer.now)
        assert standing.remaining == 3 - len(lately)
        assert standing.seconds == lately[0] + 10 - timer.now


def test_keys_do_not_disturb_each_other_and_are_forgotten() -> None:
    """A thousand that came once are gone once their window is over."""
    timer = Timer()
    window = MovingWindow(1, 10, timer=timer)
    assert all(window.take(f"key-{number}").is_allowed for number in range(1_000))
    assert not window.take("key-7").is_allowed
    timer.now += 11
    assert window.take("key-7").is_allowed
    assert len(window) == 1


def test_threads_share_it() -> None:
    """Of many that ask at once exactly as many are allowed as may be."""
    window = MovingWindow(100, 3_600)
    with ThreadPoolExecutor(8) as pool:
        results = pool.map(lambda _: window.take("a").is_allowed, range(1_000))
        assert sum(results) == 100
