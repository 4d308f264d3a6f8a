// A certificate is renewed while the node agent remembers a part of it: no volume may have parts of two times.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, inject, test } from 'vitest';
import { refreshNow } from '../lab/refresh.ts';
import { certificateOf } from '../mock/seed.ts';
import { rotatingOn } from './rotating.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();
const { configure, runAgent, vault } = rotatingOn(scene);

const PARTS = ['cert', 'secret', 'key'] as const;
type Part = (typeof PARTS)[number];

/** What was read is the latest for longer than a test takes. */
const REMEMBERING = { AGENT_LATEST_SECONDS: '3600' };

beforeEach(async () => {
  await configure({ keepServicePrincipals: true });
  await runAgent(REMEMBERING);
});

let renewals = 0;

/** Gives the certificate `site` a new version, and with it its secret and its key. @returns the version */
function renew(name = 'testkv'): string {
  const certificate = certificateOf(
    scene.azure.seed,
    'testkv',
    renewals++ % 2 === 0 ? 'chain-pem' : 'ec-pem',
  );
  return vault(name).addCertificate('site', certificate).version;
}

function optionsOf(parts: readonly Part[], more: Readonly<Record<string, string>> = {}) {
  const items = parts.map((type) => ({ name: 'site', type, alias: type, metadata: true }));
  const objects = JSON.stringify(items);
  return { keyvaultobjectnames: '', keyvaultobjecttypes: '', objects, rotationinterval: '7d', ...more };
}

/** The same by selections; their files have the objects' names, so that each type needs a directory. */
function selectionsOf(parts: readonly Part[]) {
  const items = parts.map((type) => ({ select: { name: 'sit?' }, type, directory: type, metadata: true }));
  return { ...optionsOf(parts), objects: JSON.stringify(items) };
}

/** The versions that a volume's files were made of. */
function versionsOf(pod: string, files: readonly string[]): string[] {
  const directory = scene.kubelet.directoryOf(volumeOf(scene, pod));
  return files.map(
    (file) => JSON.parse(readFileSync(join(directory, `${file}.metadata.json`), 'utf8')).version as string,
  );
}

async function mountAs(pod: string, options: Readonly<Record<string, string>>): Promise<void> {
  const { status } = await scene.kubelet.mount(volumeOf(scene, pod, { options }));
  expect(status).toEqual({ status: 'Success' });
}

describe('a volume with all parts has those of one time when', () => {
  test.each(PARTS)('its %s was remembered', async (part) => {
    renew();
    await mountAs('part', optionsOf([part]));
    const renewed = renew();
    await mountAs('whole', optionsOf(PARTS));
    expect(versionsOf('whole', PARTS)).toEqual([renewed, renewed, renewed]);
  });

  test('all were remembered, of before and after', async () => {
    renew();
    await mountAs('before', optionsOf(['cert']));
    const renewed = renew();
    await mountAs('after', optionsOf(['secret', 'key']));
    await mountAs('whole', optionsOf(PARTS));
    expect(versionsOf('whole', PARTS)).toEqual([renewed, renewed, renewed]);
  });

  test('a part was remembered of a rotation', async () => {
    renew();
    await mountAs('part', optionsOf(['cert']));
    await mountAs('whole', optionsOf(PARTS));
    renew();
    expect(await refreshNow('default', 'part')).toBe('replaced');
    const renewed = renew();
    await mountAs('late', optionsOf(PARTS));
    expect(versionsOf('late', PARTS)).toEqual([renewed, renewed, renewed]);
    expect(await refreshNow('default', 'whole')).toBe('replaced');
    expect(versionsOf('whole', PARTS)).toEqual([renewed, renewed, renewed]);
  });

  test('they are selected by name, and one was remembered', async () => {
    renew();
    await mountAs('part', selectionsOf(['cert']));
    const renewed = renew();
    await mountAs('whole', selectionsOf(PARTS));
    const files = PARTS.map((part) => `${part}/site`);
    expect(versionsOf('whole', files)).toEqual([renewed, renewed, renewed]);
  });

  test('one was remembered of the vault, and the fallback vault serves the others', async () => {
    renew();
    const fallback = { fallbackvault: 'fallbackkv' };
    await mountAs('part', optionsOf(['cert'], fallback));
    const renewed = renew('fallbackkv');
    const out = {
      match: { role: 'vault' as const, host: 'testkv.vault.azure.net' },
      action: { status: 503 },
    };
    scene.azure.setFaults({ rules: [out] });
    await configure({ keepServicePrincipals: true }, { deadlineSeconds: 20 });
    await mountAs('whole', optionsOf(PARTS, fallback));
    expect(versionsOf('whole', PARTS)).toEqual([renewed, renewed, renewed]);
    // And the other way round.
    const back = renew();
    scene.azure.setFaults({ rules: [] });
    await mountAs('late', optionsOf(PARTS, fallback));
    expect(versionsOf('late', PARTS)).toEqual([back, back, back]);
  });
});

test('objects that were not renewed are asked for once, whatever volumes have them', async () => {
  renew();
  await mountAs('whole', optionsOf(PARTS));
  const asked = () => scene.azure.counts().byRole['vault'] ?? 0;
  const before = asked();
  for (const [index, part] of PARTS.entries()) await mountAs(`part-${index}`, optionsOf([part]));
  await mountAs('again', optionsOf(PARTS));
  expect(asked()).toBe(before);
});

test('with startstale, parts of two times are none to start with', async () => {
  const startstale = { startstale: '1h' };
  renew();
  await mountAs('whole', optionsOf(PARTS, startstale));
  renew();
  // A rotation reads one part, as it is now.
  await mountAs('part', optionsOf(['cert'], startstale));
  expect(await refreshNow('default', 'part')).toBe('replaced');
  await runRefusing();
  const { status } = await scene.kubelet.mount(
    volumeOf(scene, 'late', { options: optionsOf([...PARTS], { ...startstale }) }),
  );
  expect(status).toMatchObject({
    status: 'Failure',
    message: expect.stringMatching(/^(VaultFault|DeadlineExceeded): /),
  });
});

/** The vault fails from now on. */
async function runRefusing(): Promise<void> {
  await configure({ keepServicePrincipals: true }, { deadlineSeconds: 6 });
  scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { status: 503 } }] });
}

test('whatever comes after what: renewals, mounts and rotations of parts and wholes', async () => {
  const random = randomOf(inject('seed'));
  renew();
  await mountAs('whole', optionsOf(PARTS));
  for (const part of PARTS) await mountAs(part, optionsOf([part]));
  const steps = inject('isLong') ? 300 : 40;
  for (let step = 0; step < steps; step++) {
    const part = PARTS[random(PARTS.length)] ?? 'cert';
    switch (random(5)) {
      case 0:
        renew();
        break;
      case 1:
        await refreshNow('default', part);
        break;
      case 2:
        await mountAs(`part-${step}`, optionsOf([part]));
        break;
      case 3:
        await refreshNow('default', 'whole');
        expect(new Set(versionsOf('whole', PARTS)).size).toBe(1);
        break;
      default:
        await mountAs(`whole-${step}`, random(2) === 0 ? optionsOf(PARTS) : optionsOf([...PARTS].reverse()));
        expect(new Set(versionsOf(`whole-${step}`, PARTS)).size).toBe(1);
    }
  }
});

/** Whole numbers from 0 to below the argument, always the same for a seed (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
