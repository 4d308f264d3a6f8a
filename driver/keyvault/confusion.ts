import { setTimeout as wait } from 'node:timers/promises';
import { DriverError } from '../errors.ts';
import { type ObjectType, objectTypes } from '../options/items.ts';
import { describeObject } from './object.ts';
import { ReadFailure } from './read-failure.ts';
import { VaultRefusal } from './refusal.ts';
import type { VaultSession } from './session.ts';
import type { Subject } from './subject.ts';
import type { Vaults } from './vaults.ts';

/** Of so many missing objects it is found out what there is instead. */
const MAX_LOOKED_INTO = 5;
const MAX_MS = 3000;

/**
 * Says of missing objects what the vault has under their names instead: another type, or other versions. It costs one
 * more round trip, only of a mount that has failed, and is done with the rights there are: what may not be read is not
 * told.
 * @returns texts such as `but a certificate "x" does; set its type to cert`
 */
export async function findConfusions(
  failures: readonly { readonly subject: Subject; readonly failure: ReadFailure | DriverError }[],
  vaults: Vaults,
): Promise<Map<ReadFailure, string>> {
  const missing = new Map<ReadFailure, Subject>();
  for (const { subject, failure } of failures) {
    if (!(failure instanceof ReadFailure) || missing.size >= MAX_LOOKED_INTO) continue;
    const { error } = failure;
    if (subject.name !== undefined && error instanceof VaultRefusal && error.isNotFound)
      missing.set(failure, subject);
  }
  const confusions = new Map<ReadFailure, string>();
  if (missing.size === 0) return confusions;
  const look = Promise.all(
    [...missing].map(async ([failure, subject]) => {
      const text = await confusionOf(subject, failure.vault, vaults);
      if (text !== undefined) confusions.set(failure, text);
    }),
  );
  await Promise.race([look, wait(MAX_MS, undefined, { ref: false })]);
  return confusions;
}

async function confusionOf(
  { type, name = '', version }: Subject,
  vault: string,
  vaults: Vaults,
): Promise<string | undefined> {
  const candidates = objectTypes.filter((candidate) => candidate !== type || version !== undefined);
  const there = await Promise.all(
    candidates.map((candidate) => vaults.ask(vault, (session) => exists(session, candidate, name))),
  );
  // A certificate has a secret and a key of its own, so it is what was meant if it is there.
  const found = (['cert', 'secret', 'key'] as const).filter(
    (candidate) => there[candidates.indexOf(candidate)],
  );
  if (found.includes(type))
    return `but has other versions of ${describeObject({ type, name, version: undefined })}; check the version, or leave it out for the latest`;
  const [other] = found;
  if (other === undefined) return undefined;
  const called = { cert: 'certificate', secret: 'secret', key: 'key' }[other];
  return `but a ${called} ${JSON.stringify(name)} does; set its type to ${other}`;
}

/** Objects without a form, and disabled ones, are there as well. */
async function exists(session: VaultSession, type: ObjectType, name: string): Promise<boolean> {
  try {
    await session.get({ type, name, version: undefined });
    return true;
  } catch (failure) {
    if (!(failure instanceof ReadFailure)) throw failure;
    const { error } = failure;
    if (error instanceof VaultRefusal) return error.isDisabled;
    return error instanceof DriverError && ['ObjectDisabled', 'ObjectUnsupported'].includes(error.code);
  }
}
