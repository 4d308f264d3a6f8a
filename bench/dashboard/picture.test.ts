import { expect, test } from 'vitest';
import type { ShownPanel } from './panels.ts';
import { drawPanels } from './picture.ts';

const at = { x: 0, y: 0, w: 8, h: 8 };
const graph: ShownPanel = {
  title: 'Mounts & more',
  type: 'timeseries',
  unit: 's',
  isStacked: false,
  at,
  series: [
    {
      name: 'code <x>',
      labels: {},
      points: [
        [100, 0],
        [105, Number.NaN],
        [110, 2],
        [160, 1],
      ],
    },
  ],
};

test('a line is broken where nothing was measured for a while, and goes over a value that is none', () => {
  const [path] =
    drawPanels([graph], '')
      .match(/d="M[^"]*" ?\/>/g)
      ?.filter((one) => one.includes('L')) ?? [];
  expect(path?.match(/[ML]/g)).toEqual(['M', 'L', 'M']);
});

test('names are escaped, and a graph without data says so', () => {
  const drawn = drawPanels([graph, { ...graph, series: [] }], 'a < b');
  for (const text of ['Mounts &amp; more', 'code &lt;x>', 'a &lt; b', 'nothing'])
    expect(drawn).toContain(text);
  expect(drawn).not.toMatch(/NaN|Infinity/);
});

test('stacked lines end at their sum', () => {
  const series = ['token', 'fetch'].map((name) => ({
    name,
    labels: {},
    points: [[100, 1] as const, [105, 2] as const],
  }));
  const drawn = drawPanels([{ ...graph, isStacked: true, series }], '');
  expect(drawn).toContain('>4 s<');
});

test('a table has the node and the version of each series, a number its value', () => {
  const labels = { instance: 'worker', version: '1.2.3' };
  const drawn = drawPanels(
    [
      { ...graph, type: 'table', series: [{ name: '', labels, points: [[100, 1]] }] },
      { ...graph, type: 'stat', series: [{ name: '', labels: {}, points: [[100, 42]] }] },
    ],
    '',
  );
  for (const text of ['worker', '1.2.3', '>42<']) expect(drawn).toContain(text);
});
