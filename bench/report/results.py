"""The results of runs: a JSON file each, so that the page can be made again without measuring."""

import json

from .spread import Spread


class Results:
    """The files of one folder, read when they are asked for. Nothing measured is None, or [] of
    several, as a suite may be made in parts."""

    def __init__(self, folder):
        self.folder = folder

    def write(self, name, content):
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(content, indent=1) + "\n")

    def read(self, name):
        path = self.folder / f"{name}.json"
        return json.loads(path.read_text()) if path.is_file() else None

    def remove(self, name):
        (self.folder / f"{name}.json").unlink(missing_ok=True)

    def rounds(self, run):
        """What each round printed."""
        content = self.read(run)
        return content["rounds"] if content else []

    def has(self, *runs):
        return all(self.rounds(run) for run in runs)

    def figure(self, run, name):
        """Over all rounds; a list or a plain number of the last round as it is."""
        figures = [each[name] for each in self.rounds(run)]
        return Spread.of_rounds(figures) if figures else None

    def by_round(self, run, name):
        return [each[name]["median"] for each in self.rounds(run)]

    def ratio(self, run, other, name):
        """Round by round: what was measured in the same minute is compared."""
        pairs = list(zip(self.by_round(run, name), self.by_round(other, name)))
        return Spread.of([one / two for one, two in pairs]) if pairs else None

    def command(self, run):
        content = self.read(run)
        return content["command"] if content else None
