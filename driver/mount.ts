import { parseDocument } from './options/document.ts';
import type { VolumeContents, VolumeStore } from './ports.ts';
import { recordOf, type WritingDriver } from './record/record-of.ts';

export interface MountPorts {
  readonly volumes: VolumeStore;
  /**
   * Begins to read the volume that kubelet's document asks for. Unless there is an agent to do it, the options are parsed and
   * the policy is enforced now.
   * @returns what reads, once the volume is this call-out's
   * @throws DriverError, as what reads does, naming everything that is wrong
   */
  begin(document: string): Promise<(signal: AbortSignal) => Promise<VolumeContents>>;
  /** What the volume's record tells of this driver. */
  readonly self: WritingDriver;
}

/**
 * Makes the volume that `document` asks for appear at `target`. Nothing is mounted when anything is wrong, and
 * what is mounted already is left as it is: kubelet repeats a call-out whose answer it did not see.
 */
export async function mount(
  target: string,
  document: string,
  { volumes, begin, self }: MountPorts,
  signal: AbortSignal,
): Promise<void> {
  const options = parseDocument(document);
  const read = await begin(document);
  await volumes.withVolume(target, signal, async (volume) => {
    if (volume.isPublished()) return;
    const { files, summary } = await read(signal);
    await volume.publish(files, summary.form, recordOf(options, summary, self), signal);
  });
}
