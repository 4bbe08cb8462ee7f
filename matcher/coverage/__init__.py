"""Coverage: where help does not reach, why, and what would close the gap."""

from matcher.coverage.catchment import Reach, catchment_of_pairs, two_step_catchment
from matcher.coverage.decay import gaussian, gravity

__all__ = ["Reach", "catchment_of_pairs", "gaussian", "gravity", "two_step_catchment"]
