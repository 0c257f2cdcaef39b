"""Charts of accounts: where an account stands in the group's statements, and which account a rule posts to.

What may be used from outside this room is named here.
"""

from ledger.charts.chart import Chart, ChartAccount, Role
from ledger.charts.group import Line, line, lines
from ledger.charts.ranges import CodeSet, Range
from ledger.charts.read import SHIPPED, load_chart

__all__ = ["SHIPPED", "Chart", "ChartAccount", "CodeSet", "Line", "Range", "Role", "line", "lines", "load_chart"]
