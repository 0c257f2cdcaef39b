"""A members' own group `kikundi` with a cycle in policy and no source in its unit.toml."""

import pytest

from importers.run import import_files
from tests.importers.meetings.texts import POLICY

UNIT = 'chart = "vsla"\ncurrency = "KES"\nentity = "legal_entity"\ncombine = false\n'


class Group:
    """The group's book being fed."""

    def __init__(self, ws, folder):
        self.ws, self.folder = ws, folder

    def take(self, content, name="sheet.csv", **options):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_files(self.ws, self.ws.units["kikundi"], [path], **options).files[0]

    def books(self):
        """Every book and settings file."""
        files = (self.ws.root / "units").rglob("*")
        return {
            p.relative_to(self.ws.root).as_posix(): p.read_bytes()
            for p in files
            if p.is_file() and p.suffix in {".beancount", ".toml"}
        }

    def text(self):
        return "".join(v.decode() for k, v in sorted(self.books().items()) if "/books/" in k)


@pytest.fixture
def group(make_workspace, tmp_path_factory):
    def make(policy=POLICY, **months):
        parts = {"unit": UNIT, "accounts": "; none yet\n", **{k.replace("_", "-")[1:]: v for k, v in months.items()}}
        return Group(make_workspace({"kikundi": parts}, policy=policy), tmp_path_factory.mktemp("files"))

    return make
