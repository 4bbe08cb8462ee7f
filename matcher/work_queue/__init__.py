"""The dispatcher's work queue: needs that are open, in the order in which they should be seen to."""

from matcher.work_queue.entries import QueueEntry, QueueFilter, WorkState
from matcher.work_queue.live import QueueWindow, WorkQueue

__all__ = ["QueueEntry", "QueueFilter", "QueueWindow", "WorkQueue", "WorkState"]
