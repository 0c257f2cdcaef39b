"""The demo federation, federations of any size, and what Sambok is measured beside (benchmarks/README.md)."""
