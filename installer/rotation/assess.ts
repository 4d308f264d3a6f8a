import type { NodeRotation } from '../../driver/options/rotation.ts';
import type { PlacedRecord } from '../../driver/record/record.ts';
import { type Plan, planOf } from './plan.ts';
import { RecordFiles, seesPod } from './record-files.ts';
import { type Standing, standingOf } from './standing.ts';
import { type RotationState, readState } from './state-file.ts';

/** A mounted volume by its record, and how its rotation stands. */
export interface AssessedVolume {
  /** Below the run directory's `volumes`. */
  readonly name: string;
  readonly record: PlacedRecord;
  readonly state: RotationState | undefined;
  readonly standing: Standing;
  readonly plan: Plan;
}

/** What the records of a node tell, whether there is an agent or not. */
export interface Assessed {
  readonly volumes: readonly AssessedVolume[];
  /** Names of records that this version cannot read. */
  readonly unreadable: readonly string[];
}

export function assessVolumes(runDirectory: string, node: NodeRotation): Assessed {
  const files = new RecordFiles(runDirectory);
  const volumes: AssessedVolume[] = [];
  const unreadable: string[] = [];
  for (const name of files.names()) {
    const record = files.read(name);
    if (record === undefined) {
      // Else it went meanwhile.
      if (files.entries().includes(name)) unreadable.push(name);
      continue;
    }
    const state = readState(files.directory, name, record.mountedAt);
    const standing = standingOf(record, state);
    const plan = planOf({ ...record, seesPod: seesPod(record) }, node, standing);
    volumes.push({ name, record, state, standing, plan });
  }
  return { volumes, unreadable };
}
