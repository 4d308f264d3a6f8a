// Rotation of the node's mounted volumes, by the node agent.
import { uptime } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { federationAudiences } from '../../driver/credentials/audiences.ts';
import { createProjectedTokens } from '../../driver/credentials/projected-tokens.ts';
import { replaceFiles } from '../../driver/volume/replace-files.ts';
import { systemErrorCode } from '../fault.ts';
import { bootId } from './boot-id.ts';
import { listenForOrders } from './control.ts';
import { createFairLimiter } from './fair-limiter.ts';
import { signalPod } from './pod-processes.ts';
import { Rotator, type RotatorSettings } from './rotator.ts';

/** How soon a volume that is due, or new, is seen. */
const LOOK_EVERY_MS = 5000;

/** So many volumes are read at once; what they have in common is read once. */
const AT_ONCE = 4;
/** And so many beside them of those that could not be read the last time. */
const FAILING_AT_ONCE = 2;

/** What an admin allowed of it. */
export interface RotationSettings extends Pick<RotatorSettings, 'counts' | 'podEvents'> {
  /** May containers be sent the signals that their volumes ask for? */
  readonly signals: boolean;
}

/** Never ends. @throws a system error when the socket for orders cannot be made */
export async function startRotation(
  settings: RotationSettings &
    Pick<RotatorSettings, 'runDirectory' | 'nodeConfig' | 'readerFor' | 'computeFor' | 'log'> & {
      /** Is called when orders are taken. */
      readonly started: () => void;
    },
): Promise<never> {
  const rotator = new Rotator({
    ...settings,
    bootId: bootId(),
    uptime,
    limit: createFairLimiter(AT_ONCE),
    limitFailing: createFairLimiter(FAILING_AT_ONCE),
    replaceFiles,
    signalPod: settings.signals ? (podUid, signal) => signalPod(podUid, signal) : undefined,
    findToken: (target, { pod, cloud }, signal) =>
      createProjectedTokens(target).find(pod, federationAudiences(cloud), signal),
  });
  let broken: string | undefined;
  const ended = (code: string | undefined) => {
    // Once, and when it is another one.
    if (code !== undefined && code !== broken) settings.log('error', 'rotation-broken', { code });
    broken = code;
  };
  await listenForOrders(settings.runDirectory, rotator, settings.log);
  settings.started();
  for (;;) {
    await sleep(LOOK_EVERY_MS);
    // Not waited for: a volume that takes its whole time must not keep the others from theirs.
    void rotator.tick().then(
      () => ended(undefined),
      (error) => ended(systemErrorCode(error)),
    );
  }
}
