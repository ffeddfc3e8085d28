"""Write golden files: python -m goldens [--check] [section…]"""

import argparse
import importlib
import importlib.metadata
import pathlib
import pkgutil
import sys
import warnings

import goldens
from netherfield_exporter import artefact

LIMIT = 150_000
LIBRARIES = ("numpy", "scipy", "scikit-learn", "pandas", "pyarrow")


def main():
    sections = sorted(m.name for m in pkgutil.iter_modules(goldens.__path__) if not m.name.startswith("_"))
    parser = argparse.ArgumentParser(prog="python -m goldens", description="Write the golden files that Go's tests compare with.")
    parser.add_argument("section", nargs="*", help="one of: " + ", ".join(sections))
    parser.add_argument("--check", action="store_true", help="write nothing, but fail if a file is not what would be written")
    arguments = parser.parse_args()
    for name in arguments.section:
        if name not in sections:
            parser.error(f"there is no section {name!r}; there are {', '.join(sections)}")
    versions = {}
    for library in LIBRARIES:
        try:
            versions[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            pass

    written, stale = {}, []
    for section in arguments.section or sections:
        writer = Writer(section, versions, written)
        with warnings.catch_warnings():
            # A model that does not converge in the iterations of a case is the
            # case's business.
            warnings.simplefilter("ignore")
            importlib.import_module(f"goldens.{section}").cases(writer)
        print(f"{section}: {writer.count} files, {writer.size:,} bytes", flush=True)
    for path, data in written.items():
        if path.exists() and path.read_bytes() == data:
            continue
        stale.append(path)
        if not arguments.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    orphans = []
    if not arguments.section:
        orphans = sorted(set((goldens.ROOT / "runtime").glob("**/testdata/golden/*.nf")) - set(written))
    for path in orphans:
        print(f"no section writes {path.relative_to(goldens.ROOT)}", file=sys.stderr)
    for path in stale:
        print(("differs: " if arguments.check else "wrote ") + str(path.relative_to(goldens.ROOT)))
    sys.exit(1 if arguments.check and (stale or orphans) else 0)


class Writer:
    """What a section gets as `out`."""

    def __init__(self, section, versions, written):
        self.section, self.versions, self.written = section, versions, written
        self.count = self.size = 0

    def __call__(self, package, name, params=None, parts=None, /, **arrays):
        self.state(package, name, goldens.case(params, parts, **arrays))

    def state(self, package, name, state):
        """Write a State as it is, such as what the exporter makes of a model."""
        path = goldens.ROOT / "runtime" / pathlib.PurePosixPath(package) / "testdata" / "golden" / f"{name}.nf"
        data = artefact.dumps(state, {**self.versions, "section": f"goldens/{self.section}.py"})
        if path in self.written:
            raise ValueError(f"{path} is written twice")
        if len(data) > LIMIT:
            raise ValueError(f"{path} would have {len(data):,} bytes, more than {LIMIT:,}: make large input from a seed")
        self.written[path] = data
        self.count += 1
        self.size += len(data)


if __name__ == "__main__":
    main()
