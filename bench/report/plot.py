"""A line chart as SVG, without a library. Readable on light and dark, and without colours: each
series has a marker of its own, and the description names every point."""

from dataclasses import dataclass, field
from itertools import count
from xml.sax.saxutils import escape

from .axis import Axis, short

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, BOTTOM = 72, 24, 56
TITLE_Y, LEGEND_Y, LEGEND_STEP = 26, 52, 20
SPREAD_STEP = 6
CHARACTER_WIDTH = 7.2  # of the legend's font, on the safe side
MARKERS = ("circle", "square", "diamond", "triangle")


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    low: float = None  # the spread of the repetitions, if there is one
    high: float = None


@dataclass(frozen=True)
class Series:
    name: str
    points: list
    yardstick: bool = False  # not a result but what results are compared with: dashed


@dataclass
class Chart:
    title: str
    x_label: str
    y_label: str
    series: list = field(default_factory=list)
    log_x: bool = False
    log_y: bool = False
    x_ticks: tuple = ()

    def svg(self):
        places = _legend_places([series.name for series in self.series])
        top = max((y for _, y in places), default=LEGEND_Y) + 38
        x_axis = Axis.over([point.x for point in self._points()], self.log_x, LEFT, WIDTH - RIGHT,
                           self.x_ticks)
        y_axis = Axis.over(self._heights(), self.log_y, HEIGHT - BOTTOM, top)
        parts = [_HEAD.format(width=WIDTH, height=HEIGHT, title=escape(self.title),
                              description=escape(self.description()))]
        parts += self._frame(x_axis, y_axis, top)
        # The first is what it is about, so it comes last: on top of the others.
        for index, series, place in reversed(list(zip(count(), self.series, places))):
            parts.append(f'<g class="s{index % len(MARKERS)}">')
            parts += _line(series, index, x_axis, y_axis) + _legend(series, index, *place)
            parts.append("</g>")
        return "\n".join([*parts, "</svg>", ""])

    def description(self):
        """All that the lines show, in words."""
        lines = [f"{self.y_label} against {self.x_label}."]
        for series in self.series:
            points = ", ".join(f"{short(point.y)} at {short(point.x)}" for point in series.points)
            lines.append(f"{series.name}: {points}.")
        return " ".join(lines)

    def _points(self):
        return [point for series in self.series for point in series.points]

    def _heights(self):
        return [height for point in self._points() for height in (point.y, point.low, point.high)
                if height is not None]

    def _frame(self, x_axis, y_axis, top):
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        parts = [_text(16, TITLE_Y, self.title, kind="title"),
                 _text(16, top - 14, self.y_label, kind="label")]
        for tick in y_axis.ticks:
            y = y_axis.place(tick)
            parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>')
            parts.append(_text(LEFT - 8, y + 4, short(tick), "end"))
        for tick in x_axis.ticks:
            x = x_axis.place(tick)
            parts.append(f'<path class="axis" d="M{x:.1f} {bottom}v5"/>')
            parts.append(_text(x, bottom + 20, short(tick), "middle"))
        parts.append(f'<path class="axis" d="M{LEFT} {bottom}H{right}"/>')
        parts.append(_text((LEFT + right) / 2, HEIGHT - 12, self.x_label, "middle", "label"))
        return parts


def _line(series, index, x_axis, y_axis):
    dash = ' stroke-dasharray="7 5"' if series.yardstick else ""
    places = [(x_axis.place(point.x), y_axis.place(point.y)) for point in series.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts = [f'<polyline class="line"{dash} points="{path}"/>']
    for point, (x, y) in zip(series.points, places):
        if point.low is not None and point.high > point.low:
            beside = x + SPREAD_STEP * index  # so that those of several series can be told apart
            parts.append(f'<path class="spread" d="M{beside:.1f} {y_axis.place(point.low):.1f}'
                         f'V{y_axis.place(point.high):.1f}"/>')
        parts.append(_marker(index, x, y))
    return parts


def _legend(series, index, x, y):
    dash = ' stroke-dasharray="7 5"' if series.yardstick else ""
    return [f'<path class="line"{dash} d="M{x} {y - 4}h26"/>', _marker(index, x + 13, y - 4),
            _text(x + 33, y, series.name)]


def _legend_places(names):
    """Left to right, and on the next line where the first is full."""
    x, y, places = 16, LEGEND_Y, []
    for name in names:
        width = 33 + len(name) * CHARACTER_WIDTH
        if x > 16 and x + width > WIDTH - RIGHT:
            x, y = 16, y + LEGEND_STEP
        places.append((round(x), y))
        x += width + 20
    return places


def _marker(index, x, y):
    kind = MARKERS[index % len(MARKERS)]
    if kind == "circle":
        return f'<circle class="marker" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    shape = {"square": "m-3.6 -3.6h7.2v7.2h-7.2z", "diamond": "m0 -5.2l5.2 5.2l-5.2 5.2l-5.2 -5.2z",
             "triangle": "m0 -5l5 8.6h-10z"}[kind]
    return f'<path class="marker" d="M{x:.1f} {y:.1f}{shape}"/>'


def _text(x, y, text, anchor="start", kind=""):
    css = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{css}>{escape(text)}</text>'


_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
width="{width}" height="{height}" role="img" aria-labelledby="title description">
<title id="title">{title}</title>
<desc id="description">{description}</desc>
<style>
.paper {{ fill: #ffffff }}
text {{ font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #343a40 }}
.title {{ font-size: 16px; font-weight: 600; fill: #212529 }}
.label {{ fill: #495057 }}
.grid {{ stroke: #e9ecef }}
.axis {{ stroke: #868e96 }}
.line {{ fill: none; stroke-width: 2 }}
.spread {{ stroke-width: 4; opacity: 0.35 }}
.s0 .line, .s0 .spread {{ stroke: #1864ab }} .s0 .marker {{ fill: #1864ab }}
.s1 .line, .s1 .spread {{ stroke: #d9480f }} .s1 .marker {{ fill: #d9480f }}
.s2 .line, .s2 .spread {{ stroke: #2b8a3e }} .s2 .marker {{ fill: #2b8a3e }}
.s3 .line, .s3 .spread {{ stroke: #862e9c }} .s3 .marker {{ fill: #862e9c }}
@media (prefers-color-scheme: dark) {{
  .paper {{ fill: #16191d }}
  text {{ fill: #ced4da }} .title {{ fill: #f1f3f5 }} .label {{ fill: #adb5bd }}
  .grid {{ stroke: #2b3035 }} .axis {{ stroke: #868e96 }}
  .s0 .line, .s0 .spread {{ stroke: #74c0fc }} .s0 .marker {{ fill: #74c0fc }}
  .s1 .line, .s1 .spread {{ stroke: #ffa94d }} .s1 .marker {{ fill: #ffa94d }}
  .s2 .line, .s2 .spread {{ stroke: #8ce99a }} .s2 .marker {{ fill: #8ce99a }}
  .s3 .line, .s3 .spread {{ stroke: #e599f7 }} .s3 .marker {{ fill: #e599f7 }}
}}
</style>
<rect class="paper" width="{width}" height="{height}"/>"""
