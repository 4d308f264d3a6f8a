/** One line of a plot, with what lies between its 10th and 90th percentile where that is known. */
export interface Line {
  readonly name: string;
  /** Same colour, same subject; dashed lines are for comparison. */
  readonly colour: 'first' | 'second';
  readonly dashed: boolean;
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly low?: number;
    readonly high?: number;
  }[];
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly Line[];
  /** Command, machine, date. */
  readonly origin: string;
}

const [WIDTH, HEIGHT] = [720, 400];
const AREA = { left: 64, right: WIDTH - 150, top: 44, bottom: HEIGHT - 72 };

/** Readable on light and on dark ground: a page that shows the picture says by its own scheme which it has. */
const STYLE = `
  text { font: 12px sans-serif; fill: #333 } .title { font-size: 15px; font-weight: bold } .small { font-size: 10px }
  .grid { stroke: #ccc; stroke-width: 1 } .axis { stroke: #666 } .line { fill: none; stroke-width: 2 }
  .first { stroke: #0b62c4; fill: #0b62c4 } .second { stroke: #b5470b; fill: #b5470b } .band { opacity: .15; stroke: none }
  .dashed { stroke-dasharray: 5 4 } .line.first, .line.second { fill: none } text.first, text.second { stroke: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #444 } .axis { stroke: #999 }
    .first { stroke: #6cb0ff; fill: #6cb0ff } .second { stroke: #ff9d5c; fill: #ff9d5c }
  }`;

/** SVG of lines over two linear axes that begin at 0. */
export function drawPlot({ title, xLabel, yLabel, lines, origin }: Plot): string {
  const points = lines.flatMap((line) => line.points);
  const xTicks = ticksUpTo(Math.max(...points.map(({ x }) => x)));
  const yTicks = ticksUpTo(Math.max(...points.map(({ y, high }) => high ?? y)));
  const x = scale(xTicks.at(-1) ?? 1, AREA.left, AREA.right);
  const y = scale(yTicks.at(-1) ?? 1, AREA.bottom, AREA.top);
  const parts = [
    `<text class="title" x="${AREA.left}" y="24">${title}</text>`,
    ...yTicks.map(
      (tick) =>
        `<path class="grid" d="M${AREA.left} ${y(tick)}H${AREA.right}"/><text x="${AREA.left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
    ),
    ...xTicks.map(
      (tick) => `<text x="${x(tick)}" y="${AREA.bottom + 18}" text-anchor="middle">${tick}</text>`,
    ),
    `<path class="axis" d="M${AREA.left} ${AREA.bottom}H${AREA.right}"/>`,
    `<text x="${(AREA.left + AREA.right) / 2}" y="${AREA.bottom + 38}" text-anchor="middle">${xLabel}</text>`,
    `<text transform="translate(16 ${(AREA.top + AREA.bottom) / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>`,
    ...lines.flatMap((line) => drawLine(line, x, y)),
    ...labels(lines, y),
    `<text class="small" x="${AREA.left}" y="${HEIGHT - 10}">${origin}</text>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title>${title}</title><style>${STYLE}\n</style>\n${parts.join('\n')}\n</svg>\n`;
}

type Scale = (value: number) => number;

function drawLine({ points, colour, dashed }: Line, x: Scale, y: Scale): string[] {
  const path = (of: readonly (readonly [number, number])[]) =>
    of.map(([a, b], index) => `${index === 0 ? 'M' : 'L'}${x(a)} ${y(b)}`).join('');
  const upper = points.map(({ x, y, high }) => [x, high ?? y] as const);
  const lower = points.map(({ x, y, low }) => [x, low ?? y] as const).toReversed();
  const line = path(points.map((point) => [point.x, point.y]));
  return [
    `<path class="band ${colour}" d="${path([...upper, ...lower])}Z"/>`,
    `<path class="line ${colour}${dashed ? ' dashed' : ''}" d="${line}"/>`,
  ];
}

/** At the lines' right ends, moved apart where they would lie on each other. */
function labels(lines: readonly Line[], y: Scale): string[] {
  let last = Number.POSITIVE_INFINITY;
  return lines
    .map((line) => ({ ...line, at: y(line.points.at(-1)?.y ?? 0) + 4 }))
    .toSorted((a, b) => b.at - a.at)
    .map(({ name, colour, at }) => {
      last = Math.min(at, last - 15);
      return `<text class="${colour}" x="${AREA.right + 8}" y="${last}">${name}</text>`;
    });
}

function scale(largest: number, from: number, to: number): Scale {
  return (value) => Math.round((from + (value / largest) * (to - from)) * 10) / 10;
}

/** About five round numbers from 0 to at least `largest`. */
function ticksUpTo(largest: number): number[] {
  const rough = largest / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const count = Math.ceil(largest / step);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}
