"""Netherfield beside ipykernel, through the same client and in the same run.

`make bench` prints one table. See measure.py for what each line means.
"""
