import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { PodVolume } from '../lab/kubelet.ts';
import { secretOf } from '../mock/seed.ts';
import type { Scene } from './scene.ts';

/** Mounts a volume that asks for the secret `plain`, and checks its file: the identity was good for it. */
export async function expectPlainSecret(
  scene: Scene,
  volume: PodVolume,
  environment?: Record<string, string>,
): Promise<void> {
  const { status } = await scene.kubelet.mount(volume, environment);
  expect(status).toEqual({ status: 'Success' });
  const bytes = readFileSync(join(scene.kubelet.directoryOf(volume), 'plain'), 'utf8');
  expect(bytes).toBe(secretOf(scene.azure.seed, 'testkv', 'plain').value);
  await scene.kubelet.unmount(volume);
}

/** The message of a mount that has to fail. */
export async function failureOf(
  scene: Scene,
  volume: PodVolume,
  environment?: Record<string, string>,
): Promise<string> {
  const { status, exitCode } = await scene.kubelet.mount(volume, environment);
  expect({ exitCode, status: status.status }).toEqual({ exitCode: 0, status: 'Failure' });
  await scene.kubelet.unmount(volume);
  return status.message ?? '';
}

/** Who asked which of Azure's roles. */
export function requestedBy(scene: Scene): string[] {
  return [...new Set(scene.azure.requests().map(({ role, principal }) => `${role} ${principal}`))].sort();
}
