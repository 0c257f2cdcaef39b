"""BgMax: Bankgirot's file of payments received (Bankgiro Inbetalningar)."""
