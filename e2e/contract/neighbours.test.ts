// One pod's costly volumes rotate as fast as they can; the mounts of its neighbours by the agent must not wait for them.
import { execa } from 'execa';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PodVolume } from '../lab/kubelet.ts';
import { refreshNow } from '../lab/refresh.ts';
import { rotatingOn } from './rotating.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();
const { configure, mount, runAgent, vault } = rotatingOn(scene);

/** Rounds of some mounts without the neighbour, and some with it, so that whatever else the machine does falls on both. */
const ROUNDS = 5;
const MOUNTS = 4;
/** The neighbours' mounts may take so many times longer: one that waits for a whole rotation takes more than ten times. */
const MOST = 4;

const ITERATIONS = 40_000;
const FILES = 400;
const LEVELS = 60;
const LEVEL_BYTES = 30;

let container = '';
beforeAll(async () => {
  const subject = ['-subj', '/CN=costly', '-days', '30', '-nodes'];
  const pem = await execa('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-keyout',
    '-',
    '-out',
    '-',
    ...subject,
  ]);
  const asContainer = ['pkcs12', '-export', '-passout', 'pass:', '-iter', String(ITERATIONS)];
  const pfx = await execa('openssl', asContainer, { input: pem.stdout, encoding: 'buffer' });
  container = Buffer.from(pfx.stdout).toString('base64');
});
beforeEach(() => configure({ keepServicePrincipals: true }));

/** A document of many levels, and the path to its innermost value. */
function deepDocument(): { value: string; property: string } {
  const padding = 'x'.repeat(LEVEL_BYTES);
  const value = `${`{"p":"${padding}","a":`.repeat(LEVELS)}"end"${'}'.repeat(LEVELS)}`;
  return { value, property: Array(LEVELS).fill('a').join('.') };
}

type Options = Record<string, string>;
const listing = (objects: string): Options => ({ keyvaultobjectnames: '', keyvaultobjecttypes: '', objects });

const costly: [string, () => Options][] = [
  [
    'a PKCS#12 container of very many iterations',
    () => {
      vault().addSecret('costly', { value: container, contentType: 'application/x-pkcs12', tags: {} });
      return listing('- {name: costly, format: pem}');
    },
  ],
  [
    'a value deep in a document',
    () => {
      const { value, property } = deepDocument();
      vault().addSecret('costly', { value, contentType: undefined, tags: {} });
      return listing(`- {name: costly, property: ${property}}`);
    },
  ],
  [
    `${FILES} files`,
    () => {
      const version = vault().addSecret('costly', {
        value: 'x'.repeat(1000),
        contentType: undefined,
        tags: {},
      });
      const item = (index: number) => ({
        name: 'costly',
        version,
        alias: `dir-${index % 7}/file-${index}`,
      });
      // One without a version, as others do not rotate.
      return listing(
        JSON.stringify([{ name: 'plain' }, ...Array.from({ length: FILES }, (_, index) => item(index))]),
      );
    },
  ],
];

/** Rotates the volume of a pod again and again until it is stopped. */
function keepRotating(name: string): { stop(): Promise<number> } {
  let stopped = false;
  const outcomes: string[] = [];
  const loop = (async () => {
    while (!stopped) outcomes.push(await refreshNow('default', name));
  })();
  return {
    async stop() {
      stopped = true;
      await loop;
      expect(new Set(outcomes)).toEqual(new Set(['unchanged']));
      return outcomes.length;
    },
  };
}

async function mountsOf(times: number[]): Promise<void> {
  for (let mounts = 0; mounts < MOUNTS; mounts++) {
    const volume: PodVolume = volumeOf(scene, 'neighbour');
    const { status, milliseconds } = await scene.kubelet.mount(volume);
    expect(status).toEqual({ status: 'Success' });
    await scene.kubelet.unmount(volume);
    times.push(milliseconds);
  }
}

const median = (times: readonly number[]) => [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;

describe('the neighbours of a pod whose volume is', () => {
  test.each(costly)('%s mount as fast as ever', { timeout: 300_000 }, async (what, optionsOf) => {
    await runAgent();
    const options = { ...optionsOf(), rotationinterval: '7d' };
    const volume = await mount('costly', { options });
    await mountsOf([]);
    const [undisturbed, disturbed]: [number[], number[]] = [[], []];
    let rotations = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await mountsOf(undisturbed);
      const rotating = keepRotating('costly');
      await mountsOf(disturbed);
      rotations += await rotating.stop();
    }
    await scene.kubelet.unmount(volume);
    const ratio = median(disturbed) / median(undisturbed);
    console.log(
      `${what}: ${median(disturbed).toFixed()} ms instead of ${median(undisturbed).toFixed()} ms, ${ratio.toFixed(2)} times, while it rotated ${rotations} times`,
    );
    expect(rotations).toBeGreaterThanOrEqual(ROUNDS);
    expect(ratio).toBeLessThan(MOST);
  });
});
