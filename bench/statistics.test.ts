import { expect, test } from 'vitest';
import { medianOf, readMounts, since } from './kubelet/histogram.ts';
import { drawPlot } from './report/plot.ts';
import { spreadOf } from './statistics.ts';

test('a spread is the median and the 10th and 90th percentile, in between values linearly', () => {
  expect(spreadOf([5, 1, 3, 2, 4])).toEqual({ median: 3, low: 1.4, high: 4.6 });
  expect(spreadOf([7])).toEqual({ median: 7, low: 7, high: 7 });
});

/** As kubelet 1.34 writes them; of another plugin, another operation and a failure as well. */
const metrics = (fast: number, slow: number, sum: number) => `
storage_operation_duration_seconds_bucket{migrated="false",operation_name="volume_mount",status="success",volume_plugin="azure/kv",le="0.1"} ${fast}
storage_operation_duration_seconds_bucket{migrated="false",operation_name="volume_mount",status="success",volume_plugin="azure/kv",le="0.25"} ${fast + slow}
storage_operation_duration_seconds_bucket{migrated="false",operation_name="volume_mount",status="success",volume_plugin="azure/kv",le="+Inf"} ${fast + slow}
storage_operation_duration_seconds_sum{migrated="false",operation_name="volume_mount",status="success",volume_plugin="azure/kv"} ${sum}
storage_operation_duration_seconds_count{migrated="false",operation_name="volume_mount",status="success",volume_plugin="azure/kv"} ${fast + slow}
storage_operation_duration_seconds_count{migrated="false",operation_name="volume_mount",status="fail-unknown",volume_plugin="azure/kv"} 3
storage_operation_duration_seconds_count{migrated="false",operation_name="volume_mount",status="success",volume_plugin="kubernetes.io/secret"} 9
storage_operation_duration_seconds_count{migrated="false",operation_name="volume_unmount",status="success",volume_plugin="azure/kv"} 9
`;

test('of kubelet’s metrics only successful mounts of the plugin since the beginning count', () => {
  const mounts = since(
    readMounts(metrics(1, 0, 0.09), 'azure/kv'),
    readMounts(metrics(3, 4, 1.09), 'azure/kv'),
  );
  expect([mounts.count, mounts.sum]).toEqual([6, 1]);
  const { median, bucket } = medianOf(mounts);
  expect(bucket).toEqual([0.1, 0.25]);
  expect(median).toBeCloseTo(0.1375);
});

test('a plot ends at round numbers, and shows each line and its name', () => {
  const svg = drawPlot({
    title: 'T',
    xLabel: 'x',
    yLabel: 'y',
    origin: 'o',
    lines: [
      {
        name: 'driver',
        colour: 'first',
        dashed: false,
        points: [
          { x: 1, y: 10 },
          { x: 190, y: 43 },
        ],
      },
    ],
  });
  expect([...svg.matchAll(/text-anchor="(?:middle|end)">(\d+)</g)].map(([, tick]) => tick)).toEqual([
    '0',
    '10',
    '20',
    '30',
    '40',
    '50',
    '0',
    '50',
    '100',
    '150',
    '200',
  ]);
  expect(svg).toContain('>driver</text>');
});
