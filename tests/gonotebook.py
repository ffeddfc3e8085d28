"""Notebooks of Go cells, as tests want them: nothing but the cells."""

import json


def write(path, *cells):
    code = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for i, source in enumerate(cells)
    ]
    spec = {"kernelspec": {"name": "netherfield", "display_name": "Go"}}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": spec, "cells": code}))
