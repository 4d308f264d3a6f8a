import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Agent, startAgent } from '../lab/agent.ts';
import { Kubelet, mountsWith, type PodVolume } from '../lab/kubelet.ts';
import { type Mock, startMock } from '../mock/mock.ts';
import { principalOf } from '../mock/seed.ts';

/** Everything a contract test plays with: a node with the driver, and Azure on the loopback at its own addresses. */
export interface Scene {
  readonly kubelet: Kubelet;
  readonly azure: Mock;
  /** Where the tests run by the node agent; then nothing can be read without it. */
  readonly agent: Agent | undefined;
}

/** Sets the scene for the tests of a file; Azure starts each test as seeded. */
export function setScene(): Scene {
  const scene = {} as { kubelet: Kubelet; azure: Mock; agent: Agent | undefined };
  beforeAll(async () => {
    scene.azure = await startMock({
      tls: ['127.0.0.1:443'],
      nmi: ['127.0.0.1:2579'],
      imds: ['169.254.169.254:80'],
    });
    const root = mkdtempSync(join(tmpdir(), 'kubelet-'));
    scene.kubelet = await Kubelet.create(root, { caBundle: scene.azure.caPem });
    if (process.env['READ_BY'] === 'agent') scene.agent = await startAgent(scene.kubelet);
  });
  beforeEach(async () => {
    scene.azure.reset();
    await scene.kubelet.configure({ caBundle: scene.azure.caPem });
  });
  // A test that failed half-way must not fail the next one.
  afterEach(async () => {
    for (const mount of mountsWith('keyvault-flexvol'))
      await execa('umount', ['-l', mount.split(' ')[1] ?? '']);
  });
  afterAll(async () => {
    await scene.agent?.stop();
    await scene.azure.close();
    scene.kubelet.remove();
  });
  return scene;
}

/** A volume of the seed's principal `reader` that asks for one secret; `changes` replace parts of it. */
export function volumeOf(scene: Scene, pod: string, changes: Partial<PodVolume> = {}): PodVolume {
  const reader = principalOf(scene.azure.seed, 'reader');
  return {
    pod,
    secret: { clientid: reader.clientId, clientsecret: reader.secrets[0] ?? '' },
    ...changes,
    options: {
      keyvaultname: 'testkv',
      tenantid: reader.tenant,
      keyvaultobjectnames: 'plain',
      keyvaultobjecttypes: 'secret',
      ...changes.options,
    },
  };
}
