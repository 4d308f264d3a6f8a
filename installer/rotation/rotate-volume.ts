import { join } from 'node:path';
import type { KubeletEnvironment } from '../../driver/agent/protocol.ts';
import { DriverError } from '../../driver/errors.ts';
import type { NodeConfig } from '../../driver/nodeconfig/node-config.ts';
import { readPodContext } from '../../driver/options/pod.ts';
import type { RotationSignal } from '../../driver/options/rotation-signal.ts';
import type { Compute, FederatedToken, ReadRequest, VolumeFile, VolumeForm } from '../../driver/ports.ts';
import { readVolume } from '../../driver/read-volume.ts';
import type { PlacedRecord, RecordedObject } from '../../driver/record/record.ts';
import type { PodOfWork } from '../agent/lane.ts';
import type { ReaderFor } from '../agent/reader-for.ts';

/** A volume that cannot be read in this time keeps its files until the next try. */
const DEADLINE_MS = 60_000;

/** A volume as its record tells of it. */
export interface RecordedVolume {
  /** Below the run directory's `volumes`. */
  readonly name: string;
  readonly record: PlacedRecord;
  /** Is it still there, and the same? */
  readonly isMounted: () => boolean;
}

/** What a rotation works with. */
export interface RotationPorts {
  readonly runDirectory: string;
  /** As it is on the node now. @throws DriverError `NodeConfigInvalid` */
  readonly nodeConfig: () => Promise<NodeConfig>;
  readonly readerFor: ReaderFor;
  /** Runs what may take long for a pod, where it does not hold up what drivers ask. */
  readonly computeFor: (pod: PodOfWork, signal: AbortSignal) => Compute;
  /** The pod's own proof, for workload identity alone. */
  readonly findToken: (
    target: string,
    request: Pick<ReadRequest, 'pod' | 'cloud'>,
    signal: AbortSignal,
  ) => Promise<FederatedToken>;
  /** Undefined where the agent may send no signals. */
  readonly signalPod: ((podUid: string, signal: RotationSignal) => number) | undefined;
  readonly replaceFiles: (
    volume: { readonly path: string; readonly device: number; readonly isMounted: () => boolean },
    files: readonly VolumeFile[],
    form: VolumeForm,
    inPlace: boolean,
  ) => Rotated['result'];
}

export interface Rotated {
  /** `gone`: the volume was unmounted meanwhile. */
  readonly result: 'unchanged' | 'replaced' | 'gone';
  readonly objects: readonly RecordedObject[];
  /** What was sent to how many processes of the pod; undefined where nothing is to be sent. */
  readonly signalled: { readonly signal: RotationSignal; readonly processes: number } | undefined;
}

const unknownEnvironment: KubeletEnvironment = { proxy: {} };

/**
 * Reads a mounted volume again and replaces its files, all at once, if any of them changed.
 *   (1) parse the options that kubelet gave, by the node configuration and policy of now
 *   (2) read all objects and make files of them: whatever fails, the volume keeps what it has
 *   (3) replace the files, in the file system that the record is of and in no other
 *   (4) tell the pod's containers, where it asks for that
 * @param since what the agent read before this moment, by `performance.now()`, will not do
 * @throws DriverError
 */
export async function rotateVolume(
  { name, record, isMounted }: RecordedVolume,
  since: number,
  { runDirectory, nodeConfig, readerFor, computeFor, findToken, replaceFiles, signalPod }: RotationPorts,
): Promise<Rotated> {
  const message = `the rotation took longer than ${DEADLINE_MS / 1000} s; check that the token endpoint and the vault can be reached from this node`;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new DriverError('DeadlineExceeded', message)), DEADLINE_MS);
  const endsAt = performance.now() + DEADLINE_MS;
  const environment = record.environment ?? unknownEnvironment;
  const compute = computeFor(readPodContext(record.options), deadline.signal);
  try {
    // (1) (2)
    const config = await nodeConfig();
    const { request, files, summary } = await readVolume(
      JSON.stringify(record.options),
      {
        nodeConfig: config,
        compute,
        async readerFor(asking) {
          const federatedToken =
            asking.identity.kind === 'workload-identity'
              ? await findToken(record.target, asking, deadline.signal)
              : undefined;
          const timeLeft = () => endsAt - performance.now();
          return readerFor(config, { environment, federatedToken }, timeLeft, since);
        },
      },
      deadline.signal,
    );
    // (3)
    const place = { path: join(runDirectory, 'volumes', name), device: record.device, isMounted };
    const result = await compute(async () => replaceFiles(place, files, summary.form, request.inPlace));
    // (4)
    const signal = result === 'replaced' ? request.rotationSignal : undefined;
    const signalled = signal && signalPod && { signal, processes: signalPod(request.pod.uid, signal) };
    return { result, objects: summary.objects, signalled };
  } catch (error) {
    throw deadline.signal.aborted && !(error instanceof DriverError) ? deadline.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
