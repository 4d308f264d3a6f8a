/**
 * Measures executables of the driver side by side, in turn in one run, and the floor beside them:
 *
 *   node e2e/lab/enter.ts node bench/compare.ts [--runs 15] [--only <beginning of a title>] <name>=<executable>...
 *   node e2e/lab/enter.ts node bench/compare.ts --storm 100 [--runs 3] <name>=<executable>...
 *
 * Prints wall time, CPU and peak memory as medians, and each as a multiple of the first executable's; of a storm, so many mounts
 * of 8 objects at once, how far MemAvailable fell, which wants a machine without other work.
 */
import { parseArgs } from 'node:util';
import type { PodVolume } from '../e2e/lab/kubelet.ts';
import type { Measurement } from './measured-process.ts';
import { setScene } from './scene.ts';
import { spreadOf } from './statistics.ts';
import { measureStorm } from './storm.ts';

/** The first runs also read the executables from the disk. */
const WARM_UP_RUNS = 2;
const FLOOR = 'floor';

interface Row {
  readonly title: string;
  readonly latencyMs: number;
  /** Leaves nothing mounted. */
  run(program: string): Promise<Measurement>;
}

const { values, positionals } = parseArgs({
  options: {
    runs: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    storm: { type: 'string' },
  },
  allowPositionals: true,
});
const runs = Number(values.runs);
const given = positionals.map((text) => text.split('='));
if (!Number.isInteger(runs) || runs < 2 || given.length === 0 || given.some((parts) => parts.length !== 2))
  throw new Error('usage: node bench/compare.ts [--runs <2 or more>] <name>=<executable>...');

const scene = await setScene();
const programs = given.map(([name = '', executable = '']) => ({
  name,
  path: scene.install(name, executable),
}));
try {
  if (values.storm !== undefined) await storms(Number(values.storm));
  else
    for (const row of rowsOf().filter(({ title }) => title.startsWith(values.only))) {
      await scene.control.answerAfter(row.latencyMs);
      const compared = [...programs, { name: FLOOR, path: scene.floor }];
      const measured = new Map<string, Measurement[]>(compared.map(({ name }) => [name, []]));
      for (let run = -WARM_UP_RUNS; run < runs; run++)
        for (const { name, path } of compared) {
          const measurement = await row.run(path);
          if (run >= 0) measured.get(name)?.push(measurement);
        }
      print(row, measured);
    }
} finally {
  await scene.close();
}

async function storms(mounts: number): Promise<void> {
  for (let run = 0; run < runs; run++)
    for (const { name, path } of programs) {
      const storm = await measureStorm(scene, mounts, path);
      const figures = [storm.seconds, storm.slowestSeconds, storm.cpuSeconds].map((value) =>
        value.toFixed(2),
      );
      process.stdout.write(
        `${mounts} × 8  ${name.padEnd(10)} ${figures[0]} s, slowest ${figures[1]} s, CPU ${figures[2]} s, ${storm.memoryMegabytes.toFixed(0)} MB, ${storm.failed} failed\n`,
      );
    }
}

function rowsOf(): Row[] {
  const absent = scene.volumes.of('absent', 1);
  const mounted = scene.volumes.of('mounted', 8);
  const unlessFloor = (program: string, measure: () => Promise<Measurement>) =>
    program === scene.floor ? scene.empty() : measure();
  return [
    { title: 'init', latencyMs: 0, run: (program) => unlessFloor(program, () => scene.init(program)) },
    {
      title: 'unmount, nothing mounted',
      latencyMs: 0,
      run: (program) => unlessFloor(program, () => scene.unmount(absent, program)),
    },
    {
      title: 'unmount, 8 objects',
      latencyMs: 0,
      run: (program) =>
        unlessFloor(program, async () => {
          await scene.mount(program, mounted);
          return scene.unmount(mounted, program);
        }),
    },
    ...[1, 8, 50, 200].map((objects) =>
      mountOf(`mount, ${objects}`, scene.volumes.of(`m${objects}`, objects), 0),
    ),
    mountOf('mount, 8, 30 ms', scene.volumes.of('m8', 8), 30),
    mountOf('mount, 1 of PKCS#12 as PEM', pkcs12Volume(), 0, mountOf('', scene.volumes.of('m1', 1), 0)),
  ];
}

/** @param ofFloor what the floor does in its place */
function mountOf(title: string, volume: PodVolume, latencyMs: number, ofFloor?: Row): Row {
  return {
    title,
    latencyMs,
    async run(program) {
      if (program === scene.floor && ofFloor !== undefined) return ofFloor.run(program);
      const measurement = await scene.mount(program, volume);
      await (program === scene.floor ? scene.clear(volume) : scene.unmount(volume, programs[0]?.path));
      return measurement;
    },
  };
}

/** The secret behind a certificate with two above it, taken apart. */
function pkcs12Volume(): PodVolume {
  const { options, ...volume } = scene.volumes.of('pkcs12', 1);
  const { keyvaultobjecttypes: _types, keyvaultobjectnames: _names, ...rest } = options;
  const objects = JSON.stringify([{ type: 'secret', name: 'chain-pkcs12', format: 'pem' }]);
  return { ...volume, options: { ...rest, objects } };
}

function print({ title }: Row, measured: ReadonlyMap<string, readonly Measurement[]>): void {
  const medians = [...measured].map(([name, all]) => ({
    name,
    wall: spreadOf(all.map(({ milliseconds }) => milliseconds)).median,
    cpu: spreadOf(all.map(({ cpuMilliseconds }) => cpuMilliseconds)).median,
    memory: spreadOf(all.map(({ peakBytes }) => peakBytes / 1e6)).median,
  }));
  const [first] = medians;
  for (const { name, wall, cpu, memory } of medians) {
    const part = (value: number, of = 1) => `${value.toFixed(2).padStart(8)} (${(value / of).toFixed(2)})`;
    process.stdout.write(
      `${title.padEnd(28)} ${name.padEnd(10)} wall ${part(wall, first?.wall)} ms  CPU ${part(cpu, first?.cpu)} ms  ${part(memory, first?.memory)} MB\n`,
    );
  }
}
