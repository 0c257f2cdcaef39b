"""The investment fund: limits, scoring, agreements, interest, and whose the fund is (SPEC 9)."""
