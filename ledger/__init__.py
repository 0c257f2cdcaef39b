"""Sambok's engine; reads top-down, rooms import only downwards (docs/ARCHITECTURE.md)."""
