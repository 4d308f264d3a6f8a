import * as z from 'zod';
import { EVENT_SCHEMA_VERSION } from '../../driver/telemetry/event.ts';

const counts = z.record(z.string().max(8), z.number().int().min(0)).default({});

/** What is read of an event; of other fields, a newer driver's too, only the log knows. */
const schema = z.looseObject({
  schemaVersion: z.literal(EVENT_SCHEMA_VERSION),
  callOut: z.enum(['mount', 'unmount']),
  code: z.string().max(64),
  identity: z.string().max(64).optional(),
  durationsMs: z.record(z.string().max(16), z.number().min(0)).default({}),
  vaultRequests: counts,
  tokenRequests: counts,
  source: z.string().max(16).default('direct'),
  agentPassedOver: z.string().max(32).optional(),
});

export type EventLine = z.infer<typeof schema>;

/** The event of a line of the spool; undefined when it is none, or one of a driver that this installer is too old for. */
export function parseEventLine(line: string): EventLine | undefined {
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
