import type { CallOutRow, GrowthRow, Origin, Results } from '../results.ts';
import { drawPlot, type Line } from './plot.ts';

/** The pictures of docs/, by file name; of what has not been measured there is none. */
export function plotsOf({ agent, callOuts, growth, storm }: Results): Record<string, string> {
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
    ...(agent && {
      'performance-agent.svg': drawPlot({
        title: 'Mounts of 8 objects in turn, 30 ms per request of Azure',
        xLabel: 'mount',
        yLabel: 'whole process, ms',
        lines: [
          {
            name: 'by the node agent',
            colour: 'first',
            dashed: false,
            points: inTurn(agent.rows.find(({ latencyMs }) => latencyMs === 30)?.inTurn ?? []),
          },
          {
            name: 'by the driver alone',
            colour: 'second',
            dashed: true,
            points: inTurn(
              Array.from({ length: 15 }, () => aloneAt30(callOuts?.rows ?? [])).filter(
                (ms) => ms !== undefined,
              ),
            ),
          },
        ],
        origin: inWords(agent.origin),
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

function inTurn(milliseconds: readonly number[]): Line['points'] {
  return milliseconds.map((y, index) => ({ x: index + 1, y }));
}

function aloneAt30(rows: readonly CallOutRow[]): number | undefined {
  return rows.find(
    ({ program, identity, objects, latencyMs }) =>
      program === 'kv' && identity === 'service principal' && objects === 8 && latencyMs === 30,
  )?.milliseconds.median;
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
