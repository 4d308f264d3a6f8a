import { uptime } from 'node:os';
import { DriverError } from '../../driver/errors.ts';
import { loadNodeConfig } from '../../driver/nodeconfig/load.ts';
import { defaultNodeConfig } from '../../driver/nodeconfig/node-config.ts';
import type { NodeRotation } from '../../driver/options/rotation.ts';
import type { RecordedObject } from '../../driver/record/record.ts';
import type { CommandContext, CommandResult } from '../commands/command.ts';
import { driverDirectoryOf } from '../installation/plugin-directory.ts';
import { type AssessedVolume, assessVolumes } from './assess.ts';
import { bootId } from './boot-id.ts';
import { describeVolume } from './journal.ts';
import { reasons } from './plan.ts';
import { nextAt, shareOf } from './slots.ts';

export const usage = `status [--output text|json]

Lists the volumes on this node: their objects and versions, when they were read, and why one does not rotate.

  --output  json for programs

Ends with 0, or with 1 when the node configuration cannot be used.`;

/** A mounted volume, as people and programs are told of it: no value, no option. */
interface VolumeStatus {
  readonly namespace: string;
  readonly pod: string;
  readonly volume: string;
  readonly identity: string;
  readonly mountedAt: string;
  readonly objects: readonly RecordedObject[];
  /** When the objects were last read, and when that last changed a file. */
  readonly checkedAt: string;
  readonly rotatedAt: string | undefined;
  readonly intervalSeconds: number | undefined;
  readonly nextAt: string | undefined;
  /** It started with what was known of old, and is read until it is fresh. */
  readonly awaitsFresh: boolean;
  /** Why it stays as it is. */
  readonly stays: string | undefined;
  readonly failure: { code: string; message: string; since: string } | undefined;
}

/** `status`: every volume of the node, from the records that the driver left, whether there is an agent or not. */
export async function runStatus(
  args: readonly string[],
  { settings }: CommandContext,
): Promise<CommandResult> {
  const [option, format, ...more] = args[0]?.startsWith('--output=')
    ? ['--output', args[0].slice('--output='.length), ...args.slice(1)]
    : args;
  const isUnderstood =
    option === undefined ||
    (option === '--output' && /^(text|json)$/.test(format ?? '') && more.length === 0);
  if (!isUnderstood) return { output: '', errors: `Usage: installer ${usage}\n`, exitCode: 2 };
  const asJson = format === 'json';
  const { runDirectory, pluginDirectory, agent, rotation: allowed } = settings();
  const rotation = allowed !== undefined;
  const node = await rotationOfNode(driverDirectoryOf(pluginDirectory));
  const volumes = assessVolumes(runDirectory, node.rotation).volumes.map((volume) =>
    statusOf(volume, rotation),
  );
  const output = asJson
    ? `${JSON.stringify({ agent: agent ? 'on' : 'off', rotation: rotation ? 'on' : 'off', volumes }, undefined, 2)}\n`
    : tell(volumes, agent !== undefined, rotation);
  return { output, errors: node.fault ?? '', exitCode: node.fault === undefined ? 0 : 1 };
}

/** Where the node configuration is unusable, that is told beside the volumes, for which its defaults then stand. */
async function rotationOfNode(
  driverDirectory: string,
): Promise<{ readonly rotation: NodeRotation; readonly fault?: string }> {
  try {
    return await loadNodeConfig(driverDirectory);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    const fault = `${error.message}; mend the Helm value "nodeConfig": until then nothing on this node mounts or rotates\n`;
    return { rotation: defaultNodeConfig.rotation, fault };
  }
}

function statusOf({ record, state, standing, plan }: AssessedVolume, rotation: boolean): VolumeStatus {
  const rotates = plan.rotates && rotation;
  const next = plan.rotates && nextAt(standing, plan.intervalSeconds, shareOf(bootId())) - uptime();
  return {
    ...describeVolume(record),
    identity: record.identity,
    mountedAt: record.mountedAt,
    objects: state?.objects ?? record.objects,
    checkedAt: state?.checkedAt ?? record.mountedAt,
    rotatedAt: state?.rotatedAt,
    intervalSeconds: plan.rotates ? plan.intervalSeconds : undefined,
    awaitsFresh: standing.awaitsFresh,
    nextAt: rotates && next !== false ? isoIn(Math.max(0, next)) : undefined,
    stays: plan.rotates ? (rotation ? undefined : 'rotation is off on this node') : reasons[plan.why],
    failure: state?.failure && {
      code: state.failure.code,
      message: state.failure.message,
      since: state.failure.since,
    },
  };
}

function isoIn(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}

function tell(volumes: readonly VolumeStatus[], agent: boolean, rotation: boolean): string {
  const count = volumes.length === 1 ? '1 volume' : `${volumes.length} volumes`;
  const head = `${count} on this node; the node agent is ${agent ? 'on' : 'off'}, rotation is ${rotation ? 'on' : 'off'}\n`;
  return [head, ...volumes.map(linesOf)].join('\n');
}

function linesOf(volume: VolumeStatus): string {
  const { namespace, pod, checkedAt, rotatedAt, stays, intervalSeconds, awaitsFresh, failure } = volume;
  const often = awaitsFresh
    ? 'is read again until it is fresh'
    : `rotates every ${asWritten(intervalSeconds ?? 0)}`;
  const rotation =
    stays === undefined ? `${often}, next at ${short(volume.nextAt)}` : `does not rotate: ${stays}`;
  return [
    `${namespace}/${pod} ${volume.volume} (${volume.identity})`,
    `  mounted ${short(volume.mountedAt)}, read ${short(checkedAt)}, changed ${short(rotatedAt)}`,
    ...(awaitsFresh ? ['  started with what was known of old, as Azure could not be asked'] : []),
    `  ${rotation}`,
    ...(failure ? [`  failing since ${short(failure.since)}: ${failure.code}: ${failure.message}`] : []),
    ...volume.objects.map(({ type, vault, name, version }) => `  ${type} ${vault}/${name} ${version}`),
    '',
  ].join('\n');
}

/** To the second. */
function short(time: string | undefined): string {
  return time === undefined ? 'never' : time.replace(/\.\d+Z$/, 'Z');
}

/** As in the option: `90s`, `5m`, `7d`. */
function asWritten(seconds: number): string {
  const units = { d: 86_400, h: 3600, m: 60 };
  const [unit = 's', size = 1] = Object.entries(units).find(([, size]) => seconds % size === 0) ?? [];
  return `${seconds / size}${unit}`;
}
