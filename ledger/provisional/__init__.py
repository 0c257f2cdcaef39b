"""Provisional."""
