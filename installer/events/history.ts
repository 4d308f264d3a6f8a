import { join } from 'node:path';
import * as z from 'zod';
import { readSpool } from './read-spool.ts';

const schema = z.looseObject({
  time: z.iso.datetime().transform((text) => new Date(text)),
  callOut: z.enum(['mount', 'unmount']),
  code: z.string().max(64),
  pod: z
    .object({ namespace: z.string().optional(), name: z.string().optional(), uid: z.string().optional() })
    .default({}),
  volume: z.string().default(''),
  /** Name of its directory below `volumes/`. */
  id: z.string().optional(),
  identity: z.string().optional(),
  driverVersion: z.string().optional(),
  vaultRequests: z.record(z.string(), z.number()).default({}),
});

/** What the spool still has of a call-out. */
export type PastCallOut = z.infer<typeof schema>;

/** All call-outs that the spool of a run directory still knows, the earliest first; lines that are no events are passed over. */
export async function readHistory(runDirectory: string): Promise<PastCallOut[]> {
  const history: PastCallOut[] = [];
  const take = (line: string) => {
    const event = parse(line);
    if (event !== undefined) history.push(event);
  };
  const nothing = () => undefined;
  await readSpool(
    join(runDirectory, 'events'),
    { file: 0, offset: 0 },
    { line: take, oversized: nothing, lostFiles: nothing },
  );
  return history.sort((a, b) => a.time.getTime() - b.time.getTime());
}

/** `namespace/name` of a call-out's pod, for people. */
export function podOf({ pod }: PastCallOut): string {
  const { namespace, name, uid } = pod;
  const text = name === undefined ? `pod with uid ${uid ?? 'unknown'}` : `${namespace ?? 'default'}/${name}`;
  return text.replace(/[^\w./ -]/g, '?');
}

function parse(line: string): PastCallOut | undefined {
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
