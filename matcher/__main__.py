"""``python -m matcher``: compile everything now, so that nobody has to wait for it later."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from matcher.coverage.suppression import suppress
from matcher.engine.__main__ import main as ask_an_engine
from matcher.planning import assign


def main() -> None:
    """Ask an engine, make a plan in which needs stay whole, and hide small counts."""
    ask_an_engine()
    draws = np.random.default_rng(1)
    values = scipy.sparse.csr_array(draws.random((40, 30)))
    assign(values, np.full(30, 2), units=draws.integers(1, 4, 40))
    suppress([[3, 40], [20, 30], [70, 60]], ["a", "b", "c"])


if __name__ == "__main__":
    main()
