import type { GrowthRow, Origin, Results } from '../results.ts';
import { drawPlot, type Line } from './plot.ts';

/** The pictures of docs/, by file name; of what has not been measured there is none. */
export function plotsOf({ growth, storm }: Results): Record<string, string> {
  return {
    ...(growth && {
      'performance-objects.svg': drawPlot({
        title: 'One mount, by the number of its objects',
        xLabel: 'objects',
        yLabel: 'whole process, ms',
        lines: [0, 30].flatMap((latency) => [
          lineOf(growth.rows, 'kv', latency),
          lineOf(growth.rows, 'floor', latency),
        ]),
        origin: inWords(growth.origin),
      }),
    }),
    ...(storm && {
      'performance-mounts.svg': drawPlot({
        title: 'Mounts of 8 objects, all at once',
        xLabel: 'mounts',
        yLabel: 'until the last one is there, s',
        lines: [
          {
            name: 'all mounted',
            colour: 'first',
            dashed: false,
            points: storm.rows.map(({ mounts, seconds }) => ({ x: mounts, y: seconds })),
          },
        ],
        origin: inWords(storm.origin),
      }),
    }),
  };
}

function lineOf(rows: readonly GrowthRow[], program: GrowthRow['program'], latencyMs: number): Line {
  return {
    name: `${program === 'kv' ? 'driver' : 'floor'}, ${latencyMs} ms`,
    colour: latencyMs === 0 ? 'first' : 'second',
    dashed: program === 'floor',
    points: rows
      .filter((row) => row.program === program && row.latencyMs === latencyMs)
      .map(({ objects, milliseconds: { median, low, high } }) => ({ x: objects, y: median, low, high })),
  };
}

function inWords({ command, date, machine }: Origin): string {
  return `${command}, ${date}, ${machine}`;
}
