"""Pieces of a Markdown page."""


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines] + [""]


def commands(results, runs):
    """What was typed for these runs, folded up."""
    typed = [command for command in map(results.command, runs) if command]
    if not typed:
        return []
    return ["<details><summary>Commands</summary>", "", "```sh", *dict.fromkeys(typed), "```", "",
            "</details>", ""]


def paragraph(*sentences):
    """However they are broken into lines here."""
    return [" ".join(" ".join(sentences).split()), ""]


def _cell(text):
    return str(text).replace("|", "\\|").replace("\n", "<br>")
