// node e2e/security/report.ts: takes what the runs have written to dist/security into figures.json, and writes the
// table of docs/security.md anew. A figure whose run was not made again keeps its value and its date.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figure, figuresFile, merged, readFigures, tableOf, withTable } from './figures.ts';

const project = join(import.meta.dirname, '../..');
const contract = 'node e2e/lab/enter.ts vitest run --project contract';
type Cells = Omit<Figure, 'date'>;

/** What each run's file says, in cells. A run that was cut short gives none. */
const RUNS: Record<string, (report: never) => Cells[]> = {
  'faults-of-azure': ({ tried, failed }: { tried: number; failed: number }) => [
    faults('faults of vault, token endpoint, NMI and IMDS', tried, failed),
  ],
  'faults-of-the-node': ({ tried, failed }: { tried: number; failed: number }) => [
    faults('faults of the node', tried, failed),
  ],
  fuzz: (run: { inputs: number; findings: number; seed: number; command: string; isComplete: boolean }) =>
    run.isComplete && run.inputs >= 1_000_000
      ? [
          {
            what: 'hostile inputs',
            tried: `${grouped(run.inputs)} (seed ${run.seed})`,
            found: grouped(run.findings),
            command: run.command,
          },
        ]
      : [],
  canary: (run: { canaries: number; cases: number; findings: number }) => [
    {
      what: 'canaries',
      tried: `${run.canaries}, in 4 spellings, through ${run.cases} call-outs`,
      found: grouped(run.findings),
      command: `${contract} canary`,
    },
  ],
  'kill-sweep': (run: { command: string; driver: Kills; byAgent: Kills; installer: Kills }) => [
    kills('kills of the driver, mount and unmount', run.driver, run.command),
    kills('kills of the driver, mount by the node agent and unmount', run.byAgent, run.command),
    kills('kills of the installer, install and upgrade', run.installer, run.command),
  ],
  'rotation-kill': (run: Kills & { command: string }) => [
    kills('kills of the node agent in a rotation', run, run.command),
  ],
  'rotation-attack': (run: Attacks) => [attacks('rotations under attack', run)],
  'unmount-attack': (run: Attacks) => [attacks('unmounts under attack', run)],
  concurrency: (run: { mountsAtOnce: number; failed: number }) => [
    {
      what: 'volumes at once',
      tried: grouped(run.mountsAtOnce),
      found: grouped(run.failed),
      command: `KV_TEST_LONG=1 ${contract} concurrency`,
    },
  ],
  reproducible: (run: { tried: number; different: string[]; command: string }) => [
    {
      what: 'files of two builds, compared',
      tried: grouped(run.tried),
      found: run.different.length === 0 ? '0' : run.different.join(', '),
      command: run.command,
    },
  ],
};

type Attacks = {
  readonly tried: number;
  readonly struck: number;
  readonly failed: number;
  readonly command: string;
};
type Kills = { readonly points: number; readonly kills: number; readonly failed: number };

const made = Object.entries(RUNS).flatMap(([name, cellsOf]) => {
  const file = join(project, 'dist/security', `${name}.json`);
  if (!existsSync(file)) return [];
  const date = statSync(file).mtime.toISOString().slice(0, 10);
  return cellsOf(JSON.parse(readFileSync(file, 'utf8')) as never).map((cells) => ({ ...cells, date }));
});
const figures = merged(readFigures(), made);
writeFileSync(figuresFile, `${JSON.stringify(figures, undefined, 2)}\n`);
const page = join(project, 'docs/security.md');
writeFileSync(page, withTable(readFileSync(page, 'utf8'), tableOf(figures)));
for (const { what, tried, found } of made) console.log(`${what}: tried ${tried}, found ${found}`);

function faults(what: string, tried: number, failed: number): Cells {
  return { what, tried: grouped(tried), found: grouped(failed), command: `${contract} e2e/contract/faults` };
}

function attacks(what: string, { tried, struck, failed, command }: Attacks): Cells {
  return {
    what,
    tried: `${grouped(tried)}, of which ${grouped(struck)} struck`,
    found: grouped(failed),
    command,
  };
}

function kills(what: string, { points, kills: count, failed }: Kills, command: string): Cells {
  return {
    what,
    tried: `${grouped(count)} at ${grouped(points)} points`,
    found: grouped(failed),
    command,
  };
}

function grouped(count: number): string {
  return count.toLocaleString('en-GB');
}
