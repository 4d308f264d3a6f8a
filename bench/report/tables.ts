import type { AgentRow, CallOutRow, KubeletRow, RequestsRow, Results, StormRow } from '../results.ts';
import type { Spread } from '../statistics.ts';

const STAND_ALONE = 'service principal';

/** The call-outs of the driver in stand-alone mode, each mount beside the floor. */
export function callOutTable(rows: readonly CallOutRow[]): string {
  const floors = rows.filter(({ program }) => program === 'floor');
  const lines = rows
    .filter(({ program, identity }) => program === 'kv' && (identity ?? STAND_ALONE) === STAND_ALONE)
    .map((row) => {
      const floor = floors.find(
        (one) =>
          one.objects === row.objects && one.latencyMs === row.latencyMs && one.identity === row.identity,
      );
      return [
        nameOf(row),
        row.callOut === 'mount' ? `${row.latencyMs}` : '',
        inWords(row.milliseconds),
        floor ? inWords(floor.milliseconds) : '',
        floor ? (row.milliseconds.median / floor.milliseconds.median).toFixed(1) : '',
        inWords(row.cpuMilliseconds),
        inWords(row.peakMegabytes),
        row.callOut === 'mount' ? row.mockCpuMilliseconds.toFixed(0) : '',
      ];
    });
  const head = [
    'call-out',
    'latency, ms',
    'driver, ms',
    'floor, ms',
    'ratio',
    'CPU, ms',
    'peak memory, MB',
    "mock's CPU, ms",
  ];
  return table(head, lines);
}

/** Mounts of eight objects in each identity mode. */
export function identitiesTable(rows: readonly CallOutRow[]): string {
  const of = rows.filter(({ program, identity, objects }) => program === 'kv' && identity && objects === 8);
  const latencies = [...new Set(of.map(({ latencyMs }) => latencyMs))];
  const lines = [...new Set(of.map(({ identity }) => identity ?? ''))].map((identity) => {
    const mine = of.filter((row) => row.identity === identity);
    const [first] = mine;
    return [
      identity,
      ...mine.map(({ milliseconds }) => inWords(milliseconds)),
      first ? inWords(first.cpuMilliseconds) : '',
      first ? inWords(first.peakMegabytes) : '',
    ];
  });
  const head = [
    'identity',
    ...latencies.map((latency) => `at ${latency} ms, ms`),
    'CPU, ms',
    'peak memory, MB',
  ];
  return table(head, lines);
}

export function requestsTable(rows: readonly RequestsRow[]): string {
  return table(
    ['identity', 'objects', 'requests', 'in sequence', 'connections'],
    rows.map((row) => [row.identity, row.objects, row.requests, row.inSequence, row.connections].map(String)),
  );
}

export function stormTable(rows: readonly StormRow[]): string {
  return table(
    ['mounts at once', 'all, s', 'CPU, s', "mock's CPU, s", 'failed', 'below MemAvailable, MB'],
    rows.map((row) => [
      String(row.mounts),
      row.seconds.toFixed(2),
      row.cpuSeconds.toFixed(2),
      row.mockCpuSeconds.toFixed(2),
      String(row.failed),
      row.memoryMegabytes.toFixed(0),
    ]),
  );
}

/** Mounts of eight objects by the node agent, in a row for each latency. */
export function agentTable(rows: readonly AgentRow[]): string {
  return table(
    [
      'latency, ms',
      'first of the agent, ms',
      'first of an identity, ms',
      'following, ms',
      'driver’s CPU, ms',
      'agent’s CPU, ms',
      'requests of 50 pods',
      'agent’s RSS, MB',
    ],
    rows.map((row) => [
      String(row.latencyMs),
      inWords(row.cold),
      inWords(row.first),
      inWords(row.following),
      inWords(row.driverCpu),
      inWords(row.agentCpu),
      String(row.requests),
      row.residentMegabytes.toFixed(0),
    ]),
  );
}

export function kubeletTable(rows: NonNullable<Results['kubelet']>['rows']): string {
  return table(
    ['pods', 'latency, ms', 'mean, ms', 'median, ms', 'within the bucket, ms'],
    rows.map((row) => [
      `${row.pods} ${waysOf(row)}`,
      String(row.latencyMs),
      row.meanMilliseconds.toFixed(0),
      row.medianMilliseconds.toFixed(0),
      row.medianBucket?.join(' to ') ?? '',
    ]),
  );
}

function waysOf({ atOnce, firstOfIdentity }: KubeletRow): string {
  if (firstOfIdentity) return 'first ones of an identity';
  return atOnce ? 'at once' : 'one after the other';
}

/** With columns as wide as their widest cell, as the formatter of Markdown has it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(3, cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function nameOf({ callOut, objects }: CallOutRow): string {
  if (callOut === 'init') return '`init`';
  if (callOut === 'unmount') return objects === 0 ? '`unmount`, nothing mounted' : '`unmount`, mounted';
  return `\`mount\`, ${objects} object${objects === 1 ? '' : 's'}`;
}

function inWords({ median, low, high }: Spread): string {
  return `${median.toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`;
}
