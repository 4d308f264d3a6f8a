import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import { buildGoPrograms } from '../../e2e/cluster/go-programs.ts';
import { installerOn } from '../../e2e/cluster/installers.ts';
import { kubectl } from '../../e2e/cluster/kubectl.ts';
import { productNamespace } from '../../e2e/cluster/product.ts';
import type { EndToEndState } from '../../e2e/cluster/state.ts';
import { waitFor } from '../../e2e/cluster/waiting.ts';

export const SCRAPE_SECONDS = 5;
const ADDRESS = '127.0.0.1:9099';

/** One series of an answer: its labels, and pairs of a time in seconds and a value. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [time: number, value: number])[];
}

/** A Prometheus on this machine that scrapes the installers through the API server. */
export interface Prometheus extends AsyncDisposable {
  /** Looks for the installers anew, as their pods have other names after a roll-out. */
  findInstallers(): Promise<void>;
  /** Times in seconds since the epoch. */
  range(query: string, start: number, end: number): Promise<Series[]>;
  at(query: string, time: number): Promise<Series[]>;
}

export async function startPrometheus(state: EndToEndState, directory: string): Promise<Prometheus> {
  await mkdir(directory, { recursive: true });
  const server = await writeConfiguration(state, directory);
  const options = [
    `--config.file=${join(directory, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=${ADDRESS}`,
    '--log.level=error',
  ];
  const child = execa(await prometheusProgram(), options, { stdin: 'ignore', reject: false });
  const ask = async (path: string, parameters: Record<string, string | number>): Promise<Series[]> => {
    const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, `${value}`]));
    const answer = await fetch(`http://${ADDRESS}/api/v1/${path}?${query}`);
    const { data, error } = (await answer.json()) as Answer;
    if (data === undefined) throw new Error(`${parameters['query']}: ${error}`);
    return data.result.map(({ metric, values, value }) => ({
      labels: metric,
      points: (values ?? (value === undefined ? [] : [value])).map(([time, text]) => [time, Number(text)]),
    }));
  };
  await waitFor('Prometheus to be ready', 30, () =>
    fetch(`http://${ADDRESS}/-/ready`).then(
      ({ ok }) => ok || undefined,
      () => undefined,
    ),
  );
  return {
    async findInstallers() {
      const groups = state.nodes.map(async (node) => {
        const pod = await installerOn(state, node);
        const path = `/api/v1/namespaces/${productNamespace}/pods/${pod}:9809/proxy/metrics`;
        return { targets: [server], labels: { __metrics_path__: path, instance: node } };
      });
      await writeFile(join(directory, 'targets.json'), JSON.stringify(await Promise.all(groups)));
    },
    range: (query, start, end) => ask('query_range', { query, start, end, step: SCRAPE_SECONDS }),
    at: (query, time) => ask('query', { query, time }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await child;
    },
  };
}

interface Answer {
  readonly error?: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values?: readonly (readonly [number, string])[];
      readonly value?: readonly [number, string];
    }[];
  };
}

/** Answers host and port of the API server. The key of the cluster's admin lies in the directory as long as the run does. */
async function writeConfiguration(state: EndToEndState, directory: string): Promise<string> {
  const config = parse(await kubectl(state, ['config', 'view', '--raw', '--minify']));
  const { cluster } = config.clusters[0];
  const { user } = config.users[0];
  const files = {
    'ca.pem': cluster['certificate-authority-data'],
    'admin.pem': user['client-certificate-data'],
    'admin.key': user['client-key-data'],
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(directory, name), Buffer.from(content, 'base64'), { mode: 0o600 });
  const scrape = {
    job_name: 'keyvault-flexvol',
    scheme: 'https',
    tls_config: { ca_file: 'ca.pem', cert_file: 'admin.pem', key_file: 'admin.key' },
    file_sd_configs: [{ files: ['targets.json'] }],
  };
  const content = { global: { scrape_interval: `${SCRAPE_SECONDS}s` }, scrape_configs: [scrape] };
  await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(content));
  return new URL(cluster.server).host;
}

/** Prometheus itself, of the version of the promtool that checks the chart, without its own pages. */
async function prometheusProgram(): Promise<string> {
  const directory = await buildGoPrograms({
    name: 'prometheus',
    module: 'github.com/prometheus/prometheus',
    version: 'v0.316.0',
    packages: ['github.com/prometheus/prometheus/cmd/prometheus'],
    tags: 'remove_all_sd',
  });
  return join(directory, 'prometheus');
}
