import { mkdirSync, writeFileSync } from 'node:fs';
import { env } from 'node:process';
import { execa } from 'execa';
import { expect, inject, test } from 'vitest';
import { RotationLab } from '../security/kill/rotation.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();
const installed = (await execa('strace', ['-V'], { reject: false })).exitCode === 0;
/** Where the project's own checks run, strace has to be there. */
const withStrace = test.skipIf(!installed && env['CI'] === undefined);
/** A long run, or `KILLS=all`, tries every point; else the run's seed says where the sample begins. */
const isAll = env['KILLS'] === 'all' || inject('isLong');
const count = isAll ? Number.POSITIVE_INFINITY : 12;

withStrace(
  'an agent that is killed in a rotation leaves the old files or the new ones, and the next one completes it',
  { timeout: 900_000 },
  async () => {
    await scene.kubelet.configure({
      caBundle: scene.azure.caPem,
      rotation: { keepServicePrincipals: true },
    });
    const names = ['one', 'two'];
    const volume = volumeOf(scene, 'killed', {
      options: {
        rotationinterval: '7d',
        keyvaultobjectnames: names.join(';'),
        keyvaultobjecttypes: 'secret;secret',
      },
    });
    const lab = new RotationLab(scene.kubelet, volume, (value) => {
      for (const name of names) scene.azure.directory.vault('testkv')?.addSecret(name, { value });
    });
    await lab.start();
    const points = await lab.plan();
    expect(points.length).toBeGreaterThan(20);
    const step = Math.max(1, points.length / count);
    const faults: string[] = [];
    let killed = 0;
    let tried = 0;
    for (let at = inject('seed') % step; at < points.length; at += step) {
      const point = points[Math.floor(at)];
      if (point === undefined) break;
      const outcome = await lab.tryKill(point);
      tried += 1;
      if (outcome.killed) killed += 1;
      faults.push(...outcome.faults.map((fault) => `${point.syscall} ${point.ordinal}: ${fault}`));
    }
    await lab.end();
    console.log(`${killed} of ${tried} kills at ${points.length} points`);
    if (isAll) record({ points: points.length, kills: killed, failed: faults.length });
    expect(faults).toEqual([]);
    expect(killed).toBeGreaterThan(tried / 2);
  },
);

/** For the table of docs/security.md (e2e/security/report.ts). */
function record(kills: { points: number; kills: number; failed: number }): void {
  const command = 'KILLS=all node e2e/lab/enter.ts vitest run --project contract rotation-kill';
  mkdirSync('dist/security', { recursive: true });
  writeFileSync(
    'dist/security/rotation-kill.json',
    `${JSON.stringify({ ...kills, command }, undefined, 2)}\n`,
  );
}
