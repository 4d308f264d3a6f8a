import { DriverError } from '../../errors.ts';
import type { CustomCloud } from '../clouds.ts';
import { type MountRequest, parseVolumeOptions } from '../volume-options.ts';

/** Never a value of a real Secret, and distinct enough to be found in any message it leaked into. */
export const CANARY_SECRET = 'canary~Se.cret/42';

/** One request that is right in every way, as kubelet passes it; each test changes what it is about. */
export const validOptions: Readonly<Record<string, string>> = {
  'kubernetes.io/fsType': '',
  'kubernetes.io/pod.name': 'web-0',
  'kubernetes.io/pod.namespace': 'shop',
  'kubernetes.io/pod.uid': '9d0c0d6e-3a5f-4a63-9a41-0a6c9c3b9f10',
  'kubernetes.io/pvOrVolumeName': 'kv',
  'kubernetes.io/readwrite': 'ro',
  'kubernetes.io/serviceAccount.name': 'web',
  'kubernetes.io/secret/clientid': btoa('11111111-2222-3333-4444-555555555555'),
  'kubernetes.io/secret/clientsecret': btoa(CANARY_SECRET),
  tenantid: '66666666-7777-8888-9999-000000000000',
  keyvaultname: 'shop-vault',
  keyvaultobjectnames: 'db-password',
  keyvaultobjecttypes: 'secret',
};

/** What a test makes of the valid request: undefined takes a key away. */
export type Changes = Readonly<Record<string, unknown>>;

export async function parse(
  changes: Changes,
  clouds: Readonly<Record<string, CustomCloud>> = {},
): Promise<MountRequest> {
  return parseVolumeOptions(JSON.stringify({ ...validOptions, ...changes }), clouds);
}

/** The message of the error that the changed request is refused with, after its code: `OptionsInvalid: …`. */
export async function refusal(
  changes: Changes,
  clouds: Readonly<Record<string, CustomCloud>> = {},
): Promise<string> {
  try {
    await parse(changes, clouds);
  } catch (error) {
    if (error instanceof DriverError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('the request was accepted');
}

/** The refusal of a request with exactly one fault. */
export function oneFault(text: string): string {
  return `OptionsInvalid: the volume's options have 1 fault: ${text}`;
}

/** Takes the lists of the valid request away, for a test of `objects`. */
export const withoutLists: Changes = { keyvaultobjectnames: undefined, keyvaultobjecttypes: undefined };
