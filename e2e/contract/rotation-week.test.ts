import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startAgent } from '../lab/agent.ts';
import { installerCommand } from '../lab/installer-command.ts';
import type { PodVolume } from '../lab/kubelet.ts';
import { setScene, volumeOf } from './scene.ts';

/** As many pods as a node has by default; in a long run so many rounds that each volume is read as often as in weeks of hours. */
const VOLUMES = 110;
const ROUNDS = inject('isLong') ? 91 : 21;
const OBJECTS = ['week-one', 'week-two', 'week-three'];
const MIB = 1024;

const scene = setScene();

test(`${VOLUMES * ROUNDS} rotations of ${VOLUMES} volumes take no memory, and ask once for what volumes have in common`, {
  timeout: 900_000,
}, async () => {
  await scene.kubelet.configure({ caBundle: scene.azure.caPem, rotation: { keepServicePrincipals: true } });
  const vault = scene.azure.directory.vault('testkv');
  const change = (value: string) => {
    for (const name of OBJECTS) vault?.addSecret(name, { value });
  };
  change('0');
  const agent = await startAgent(scene.kubelet, {
    aloneCanRead: true,
    environment: { AGENT_ROTATION: 'on' },
  });
  onTestFinished(() => agent.stop());
  const volumes: PodVolume[] = [];
  for (let index = 0; index < VOLUMES; index++) {
    const volume = volumeOf(scene, `week-${index}`, {
      options: {
        rotationinterval: '7d',
        keyvaultobjectnames: OBJECTS.join(';'),
        keyvaultobjecttypes: OBJECTS.map(() => 'secret').join(';'),
      },
    });
    expect((await scene.kubelet.mount(volume)).output).toBe('{"status":"Success"}\n');
    volumes.push(volume);
  }

  const sizes: number[] = [];
  const begun = performance.now();
  for (let round = 1; round <= ROUNDS; round++) {
    // Every seventh round finds something new.
    if (round % 7 === 0) change(String(round));
    scene.azure.clearRequests();
    const { output, exitCode } = await installerCommand(scene.kubelet, ['refresh', '--all']);
    expect(exitCode).toBe(0);
    expect(output.match(/kv: (replaced|unchanged)$/gm)).toHaveLength(VOLUMES);
    expect(output.includes('replaced')).toBe(round % 7 === 0);
    const asked = scene.azure.requests().filter(({ role }) => role === 'vault');
    expect(asked).toHaveLength(OBJECTS.length);
    sizes.push(residentKib(agent.pid));
  }
  const perRotation = (performance.now() - begun) / (VOLUMES * ROUNDS);
  const [early = 0, late = 0] = [sizes[9], sizes.at(-1)];
  console.log(
    `${VOLUMES * ROUNDS} rotations, ${perRotation.toFixed(1)} ms each; resident ${Math.round(early / MIB)} MiB after 1,100, ${Math.round(late / MIB)} MiB at the end`,
  );
  expect(late - early).toBeLessThan(12 * MIB);
  for (const volume of volumes) {
    const file = join(scene.kubelet.directoryOf(volume), 'week-one');
    expect(readFileSync(file, 'utf8')).toBe(String(ROUNDS - (ROUNDS % 7)));
    await scene.kubelet.unmount(volume);
  }
  expect(readdirSync('/run/keyvault-flexvol/records')).toEqual([]);
});

function residentKib(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
