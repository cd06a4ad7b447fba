"""Tests of the rows of mod_ws/docs/bad_input.md."""
