"""Write fitted scikit-learn pipelines as artefacts, the files that Netherfield's
``pipeline.LoadStage`` reads.

    from netherfield_exporter import export
    export(pipeline, "model.sav")
"""


def __getattr__(name):
    # scikit-learn is only imported by who exports: the format needs NumPy alone.
    if name == "export":
        from netherfield_exporter.sklearn import export

        return export
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["export"]
