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
        """By the round's number, as a run may have failed in one."""
        return {each.get("round", at): each[name]["median"]
                for at, each in enumerate(self.rounds(run))}

    def of_same_rounds(self, runs, name, calculate):
        """A Spread of what `calculate` makes of the figures of `runs`, round by round: what was
        measured in the same minute is compared. None if they have no round in common."""
        figures = [self.by_round(run, name) for run in runs]
        common = [number for number in figures[0] if all(number in each for each in figures)]
        made = [calculate(*(each[number] for each in figures)) for number in common]
        return Spread.of(made) if made else None

    def ratio(self, run, other, name):
        return self.of_same_rounds((run, other), name, lambda one, two: one / two)

    def command(self, run):
        content = self.read(run)
        return content["command"] if content else None
