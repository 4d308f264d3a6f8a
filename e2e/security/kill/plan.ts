import { mkdirSync } from 'node:fs';
import type { Kubelet } from '../../lab/kubelet.ts';
import { type KillPoint, recordPoints } from './points.ts';
import type { Sample } from './samples.ts';
import type { Kill, Sequel } from './sweep.ts';

const CALL_OUTS = ['mount', 'unmount'] as const;
type CallOut = (typeof CALL_OUTS)[number];

/** Kills at every visible system call of the call-outs of these volumes, in the order of their steps. */
export async function planSyscallKills(kubelet: Kubelet, volumes: readonly Sample[]): Promise<Kill[]> {
  const kills: Kill[] = [];
  for (const sample of volumes) {
    // The first call ever creates the driver's directories; what is recorded is one like those to be killed.
    await kubelet.mount(sample.volume);
    await kubelet.unmount(sample.volume);
    for (const callOut of CALL_OUTS)
      for (const point of await record(kubelet, callOut, sample))
        kills.push(...sequelsOf(callOut).map((sequel) => ({ sample, callOut, point, sequel })));
  }
  return kills;
}

function sequelsOf(callOut: CallOut): readonly Sequel[] {
  return callOut === 'mount' ? ['again', 'restarted', 'deleted'] : ['again'];
}

async function record(kubelet: Kubelet, callOut: CallOut, sample: Sample): Promise<KillPoint[]> {
  if (callOut === 'unmount') await kubelet.mount(sample.volume);
  else mkdirSync(kubelet.directoryOf(sample.volume), { recursive: true, mode: 0o750 });
  const points = await recordPoints(kubelet.driver, kubelet.argumentsOf(callOut, sample.volume));
  await kubelet.unmount(sample.volume);
  return points;
}
