import type { ShownPanel } from './panels.ts';

/** Of a column and a row of Grafana's grid, in user units. */
const [COLUMN, ROW] = [46, 24];
const COLOURS = ['#3274d9', '#e0752d', '#56a64b', '#a352cc', '#e02f44', '#b88a00', '#2aa198'];

/** Readable on light and on dark ground: a page that shows the picture says by its own scheme which it has. */
const STYLE = `
  text { font: 11px sans-serif; fill: #333 } .title { font-weight: bold; font-size: 12px } .value { font-size: 30px; fill: #3274d9 }
  .panel { fill: #fff; stroke: #ccc } .grid { stroke: #e4e4e4 } .line { fill: none; stroke-width: 1.5 } .small { font-size: 9px }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .value { fill: #6ea6ff } .panel { fill: #181b1f; stroke: #3a3a3a } .grid { stroke: #2c2f34 }
  }`;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** SVG of the panels as the dashboard lays them out. `origin` tells below what the data are from. */
export function drawPanels(panels: readonly ShownPanel[], origin: string): string {
  const width = 24 * COLUMN;
  const height = Math.max(...panels.map(({ at }) => at.y + at.h)) * ROW + 20;
  const times = panels.flatMap(({ series }) => series.flatMap(({ points }) => points.map(([time]) => time)));
  const span = { first: Math.min(...times), last: Math.max(...times) };
  const parts = panels.map((panel) => drawPanel(panel, span));
  parts.push(`<text class="small" x="4" y="${height - 6}">${escaped(origin)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"><title>The dashboard of keyvault-flexvol</title><style>${STYLE}\n</style>\n${parts.join('\n')}\n</svg>\n`;
}

/** Of all panels, so that what happens at one time is at one place in each. Seconds. */
interface Span {
  readonly first: number;
  readonly last: number;
}

function drawPanel(panel: ShownPanel, span: Span): string {
  const { x, y, w, h } = panel.at;
  const frame = {
    left: x * COLUMN + 3,
    top: y * ROW + 3,
    right: (x + w) * COLUMN - 3,
    bottom: (y + h) * ROW - 3,
  };
  const size = `width="${frame.right - frame.left}" height="${frame.bottom - frame.top}"`;
  const head = `<rect class="panel" rx="2" x="${frame.left}" y="${frame.top}" ${size}/><text class="title" x="${frame.left + 8}" y="${frame.top + 16}">${escaped(panel.title)}</text>`;
  const body = { timeseries: drawGraph, stat: drawNumber, table: drawTable }[panel.type](panel, frame, span);
  return [head, ...body].join('\n');
}

function drawNumber({ series }: ShownPanel, { left, right, bottom }: Box): string[] {
  const value = series[0]?.points[0]?.[1] ?? Number.NaN;
  return [
    `<text class="value" text-anchor="middle" x="${(left + right) / 2}" y="${bottom - 22}">${Math.round(value)}</text>`,
  ];
}

function drawTable({ series }: ShownPanel, { left, top }: Box): string[] {
  const rows = series.map(({ labels }) => [labels['instance'] ?? '', labels['version'] ?? '']);
  return [['instance', 'version'], ...rows].map(
    ([instance = '', version = ''], index) =>
      `<text x="${left + 8}" y="${top + 40 + index * 20}">${escaped(instance)}</text><text x="${left + 190}" y="${top + 40 + index * 20}">${escaped(version)}</text>`,
  );
}

function drawGraph({ series, unit, isStacked }: ShownPanel, frame: Box, { first, last }: Span): string[] {
  const area = {
    left: frame.left + 42,
    right: frame.right - 10,
    top: frame.top + 28,
    bottom: frame.bottom - 50,
  };
  const lines = isStacked ? stacked(series) : series.map(({ name, points }) => ({ name, points }));
  const all = lines.flatMap(({ points }) => points.filter(([, value]) => Number.isFinite(value)));
  const top = Math.max(...all.map(([, value]) => value), 0) || 1;
  const x = (time: number) =>
    rounded(area.left + ((time - first) / (last - first || 1)) * (area.right - area.left));
  const y = (value: number) => rounded(area.bottom - (value / top) * (area.bottom - area.top));
  const grid = [0, 0.5, 1].map(
    (part) =>
      `<path class="grid" d="M${area.left} ${y(part * top)}H${area.right}"/><text class="small" text-anchor="end" x="${area.left - 5}" y="${y(part * top) + 3}">${inUnit(part * top, unit)}</text>`,
  );
  const minutes =
    all.length > 0
      ? [0, 1, 2, 3, 4, 5, 6]
          .filter((minute) => first + minute * 60 <= last)
          .map(
            (minute) =>
              `<text class="small" text-anchor="middle" x="${x(first + minute * 60)}" y="${area.bottom + 12}">${minute} min</text>`,
          )
      : [`<text class="small" x="${area.left + 8}" y="${area.bottom - 8}">nothing</text>`];
  const drawn = lines.map(
    ({ points }, index) => `<path class="line" stroke="${colour(index)}" d="${pathOf(points, x, y)}"/>`,
  );
  return [...grid, ...minutes, ...drawn, ...legend(lines, area)];
}

/** Names below the graph, two lines of them. */
function legend(lines: readonly { readonly name: string }[], { left, right, bottom }: Box): string[] {
  let [at, row] = [left - 30, 0];
  return lines.map(({ name }, index) => {
    const width = 22 + name.length * 5.2;
    if (at + width > right && at > left) [at, row] = [left - 30, row + 1];
    const y = bottom + 26 + row * 12;
    const text = `<path stroke="${colour(index)}" stroke-width="3" d="M${rounded(at)} ${y - 3}h10"/><text class="small" x="${rounded(at + 13)}" y="${y}">${escaped(name)}</text>`;
    at += width;
    return text;
  });
}

/** Each line on top of those before it. */
function stacked(series: ShownPanel['series']) {
  const below = new Map<number, number>();
  return series.map(({ name, points }) => ({
    name,
    points: points.map(([time, value]) => {
      const sum = (below.get(time) ?? 0) + (Number.isFinite(value) ? value : 0);
      below.set(time, sum);
      return [time, sum] as const;
    }),
  }));
}

/** Broken where there is no value, or no sample for more than a moment. */
function pathOf(
  points: ShownPanel['series'][number]['points'],
  x: (time: number) => number,
  y: (value: number) => number,
): string {
  let previous = Number.NEGATIVE_INFINITY;
  return points
    .filter(([, value]) => Number.isFinite(value))
    .map(([time, value]) => {
      const command = time - previous > 20 ? 'M' : 'L';
      previous = time;
      return `${command}${x(time)} ${y(value)}`;
    })
    .join('');
}

function inUnit(value: number, unit: string): string {
  if (unit === 's') return value >= 1 ? `${rounded(value)} s` : `${Math.round(value * 1000)} ms`;
  return String(Math.round(value * 100) / 100);
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? '';
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
