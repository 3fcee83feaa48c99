"""Reads of cases: `portal` for applicants, `desk` for the office."""
