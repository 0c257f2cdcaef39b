"""Reports: what is made of the figures for people. So far: what waits for whom."""

from ledger.reports.todo import KINDS, Task, todo

__all__ = ["KINDS", "Task", "todo"]
