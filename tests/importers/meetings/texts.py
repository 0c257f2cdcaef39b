"""Texts of sheets and policy that the tests of meeting sheets share."""

POLICY = """\
2026-01-01 custom "decision" "K-1" "assembly"
2026-01-01 custom "loan-cycle" "NK26" 100 KES
  decision: "K-1"
  book: "kikundi"
  ends: 2026-12-10
  max-shares: 5
  loan-multiple: 3
  charge: 0.05
  max-term: 3
  period: "4-weeks"
"""
HEAD = "group,NK26,meeting,{number},date,{date},counted_loan_fund,{box},counted_social_fund,{social}\n"
COLUMNS = "member,present,shares,social,fine,repaid,charge,new_loan,months,note\n"
FIRST = (
    HEAD.format(number=1, date="2026-01-14", box=200, social=0) + COLUMNS + "Anna,1,5,0,0,,,600,2,\nBo,1,3,0,0,,,,,\n"
)
