import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { kubectl } from './kubectl.ts';
import { mockJournal, nodeJournal } from './mock-control.ts';
import { onNode } from './node-commands.ts';
import { installerLabel, productNamespace } from './product.ts';
import type { EndToEndState } from './state.ts';

const tailLines = 40;

/** `mockControl` is missing while the mock is not deployed. */
type Logged = Pick<EndToEndState, 'kubectl' | 'kubeconfig' | 'environment' | 'nodes' | 'logDirectory'> &
  Partial<Pick<EndToEndState, 'mockControl'>>;

/**
 * Writes what explains a failure to `<log directory>/<name>.log` and prints the end of each part: the kubelets'
 * lines about the driver, the installers' output, events, pods, and what the mock was asked.
 * A part that can't be had leaves its error there instead.
 */
export async function dumpLogs(state: Logged, name: string): Promise<void> {
  await mkdir(state.logDirectory, { recursive: true });
  const file = join(state.logDirectory, `${name.replace(/[^\w.-]+/g, '_').slice(0, 100)}.log`);
  // One message, as files that run side by side would mix several.
  const ends = [`--- logs of "${name}" (whole: ${file})`];
  for (const [title, read] of parts(state)) {
    const text = await read().catch(
      (error: unknown) => `(not available: ${error instanceof Error ? error.message : error})`,
    );
    const heading = `===== ${title}`;
    await appendFile(file, `${heading}\n${text}\n\n`);
    ends.push(heading, ...text.split('\n').slice(-tailLines));
  }
  console.log(ends.join('\n'));
}

type Part = readonly [title: string, read: () => Promise<string>];

function parts(state: Logged): Part[] {
  const { mockControl } = state;
  const installers = [
    'logs',
    '-n',
    productNamespace,
    '-l',
    installerLabel,
    '--all-containers',
    '--prefix',
    '--tail=200',
  ];
  return [
    ['pods', () => kubectl(state, ['get', 'pods', '-A', '-o', 'wide'])],
    ['events', () => kubectl(state, ['get', 'events', '-A', '--sort-by=.lastTimestamp'])],
    ['installer pods', () => kubectl(state, installers)],
    ...state.nodes.flatMap((node): Part[] => [
      [`kubelet of ${node}, of the driver`, () => driverLines(state, node)],
      [`kubelet of ${node}, last`, () => kubeletLines(state, node, ['-n', '200'])],
    ]),
    ...(mockControl === undefined
      ? []
      : [['requests to the mock', async () => asLines(await mockJournal({ mockControl }))] as const]),
    ...state.nodes.map(
      (node): Part => [
        `requests to NMI and IMDS of ${node}`,
        async () => asLines(await nodeJournal(state, node)),
      ],
    ),
  ];
}

function asLines(items: readonly object[]): string {
  return items.map((item) => JSON.stringify(item)).join('\n');
}

async function driverLines(state: Logged, node: string): Promise<string> {
  const journal = await kubeletLines(state, node);
  return journal
    .split('\n')
    .filter((line) => /azure~kv|azure\/kv|flexvolume|driver-call|FlexVolume/i.test(line))
    .join('\n');
}

function kubeletLines(state: Logged, node: string, which: readonly string[] = []): Promise<string> {
  return onNode(state, node, ['journalctl', '-u', 'kubelet', '--no-pager', '-o', 'cat', ...which]);
}
