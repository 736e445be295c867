"""Operator mutation of the reference loop: small faults that nobody thought of.

`python -m tests.mutation --sample 400 --seed 1` plants one fault at a time, runs the
checks that reach its function until one notices, and lists what nobody noticed.
"""
