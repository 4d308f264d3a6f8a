import { validOptions } from '../../../driver/options/testing/valid-options.ts';
import type { PlacedRecord } from '../../../driver/record/record.ts';

/** What the driver would leave of a volume of this pod, mounted 990 s after the node was started, that rotates every 5 min. */
export function placedRecord(pod: string, changes: Partial<PlacedRecord> = {}): PlacedRecord {
  return {
    schemaVersion: 1,
    driverVersion: '1.2.3',
    target: `/pods/x/volumes/azure~kv/${pod}`,
    device: 1,
    mountedAt: '2026-01-01T00:00:00.000Z',
    mountedUptime: 990,
    options: { ...validOptions, 'kubernetes.io/pod.name': pod },
    secret: 'none',
    environment: undefined,
    identity: 'pod-identity',
    rotation: { interval: 300_000, ofPredecessor: true, onlyPinned: false },
    isStale: false,
    objects: [],
    form: { readOnly: true, fileMode: 0o644, uid: 0, gid: 0, rootMode: 0o755 },
    ...changes,
  };
}
