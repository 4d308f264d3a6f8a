import * as z from 'zod';
import { objectTypes } from '../../driver/options/items.ts';
import { identityKinds } from '../../driver/policy/policy.ts';
import { type PlacedRecord, RECORD_SCHEMA_VERSION } from '../../driver/record/record.ts';

const text = z.string().max(2048);

export const recordedObject = z.object({
  type: z.enum(objectTypes),
  vault: text,
  name: text,
  version: text,
  expires: z.number().optional(),
});

const interval = z.union([z.number().positive(), z.literal('off')]);

const record = z.object({
  schemaVersion: z.literal(RECORD_SCHEMA_VERSION),
  driverVersion: text,
  target: z.string().max(4096),
  device: z.number(),
  arcIdentity: z.boolean().optional(),
  mountedAt: text,
  mountedUptime: z.number().nonnegative(),
  options: z.record(z.string(), z.string()),
  secret: z.enum(['none', 'kept', 'left-out']),
  environment: z
    .object({
      proxy: z.object({ httpsProxy: z.string().optional(), noProxy: z.array(z.string()).optional() }),
    })
    .optional(),
  proxyLeftOut: z.boolean().optional(),
  identity: z.enum(identityKinds),
  rotation: z.object({ interval: interval.optional(), ofPredecessor: z.boolean(), onlyPinned: z.boolean() }),
  isStale: z.boolean(),
  objects: z.array(recordedObject).max(100_000),
  form: z.object({
    readOnly: z.boolean(),
    fileMode: z.number(),
    uid: z.number(),
    gid: z.number(),
    rootMode: z.number(),
  }),
});

/** @returns undefined when it is no record that this version understands */
export function parseRecord(json: string): PlacedRecord | undefined {
  const result = record.safeParse(parsed(json));
  return result.success ? (result.data as PlacedRecord) : undefined;
}

/** @returns undefined when it is no JSON */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
