"""SIE, the Swedish exchange format of bookkeeping: reading, planning, writing."""
