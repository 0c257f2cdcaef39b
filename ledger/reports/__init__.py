"""Reports: what is made of the figures for people: what waits for whom (`todo`), the levy statement (`levy`)."""

from ledger.reports.task import KINDS, Task
from ledger.reports.todo import once, todo

__all__ = ["KINDS", "Task", "once", "todo"]
