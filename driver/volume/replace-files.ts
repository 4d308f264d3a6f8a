import type { VolumeFile, VolumeForm } from '../ports.ts';
import type { DirectoryHandle } from './directory-handle.ts';
import { emptyDirectory, removeTree } from './empty-directory.ts';
import { onOpenVolume } from './open-volume.ts';
import { currentPayloadName } from './read-payload.ts';
import { effortFor, replacePayload } from './replace-payload.ts';

/** A mounted volume, for a process that does not share the call-outs' locks. */
export interface MountedVolume {
  /** Where its tmpfs is mounted. */
  readonly path: string;
  /** `st_dev` of that tmpfs. */
  readonly device: number;
  /** Has nobody begun to unmount it? False before the unmount empties it, and ever after. */
  readonly isMounted: () => boolean;
}

/**
 * Replaces the files of this volume and of no other that may be mounted at its path meanwhile.
 * @returns `gone` when it was unmounted; then nothing of these files is left
 * @throws DriverError `VolumeFailed`
 */
export function replaceFiles(
  { path, device, isMounted }: MountedVolume,
  files: readonly VolumeFile[],
  form: VolumeForm,
  inPlace: boolean,
): 'unchanged' | 'replaced' | 'gone' {
  const result = onOpenVolume(path, device, (root) => {
    if (!isMounted()) return 'gone';
    try {
      const done = replacePayload(root, files, form, { inPlace });
      if (isMounted()) return done;
    } catch (error) {
      // Else it was emptied while it was written to.
      if (isMounted()) throw error;
    }
    removeAll(root, files);
    return 'gone';
  });
  return result ?? 'gone';
}

/** The new payload goes first: a container may have made more entries than are looked at. */
function removeAll(root: DirectoryHandle, files: readonly VolumeFile[]): void {
  const current = currentPayloadName(root);
  if (current !== undefined) removeTree(root, current, effortFor(files));
  emptyDirectory(root, effortFor(files));
}
