"""Netherfield beside ipykernel, through the same client and in the same run.

`make bench` prints two tables: what every cell costs (measure.py), and what
compiled ones do, beside a Go program of their own (compiled.py, programs.py).
"""
