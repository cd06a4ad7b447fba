"""Tests of rows of mod_ws/docs/faults.md: what goes wrong in operation, brought about."""
