import * as z from 'zod';
import type { ApiAnswer, ApiQuestion } from '../kubernetes/api.ts';

/** A taint of a node that waits for the driver. */
export interface StartupTaint {
  readonly key: string;
  /** Name of our own node. */
  readonly node: string;
}

/** What became of it. */
export type TaintResult = 'removed' | 'absent';

const nodeSchema = z.object({
  spec: z.object({ taints: z.array(z.looseObject({ key: z.string() })).default([]) }),
});

/**
 * Takes the taint off the node, with whatever effects it has there, and leaves all others. Should somebody change the taints
 * meanwhile, the API server refuses (RFC 6902, `test`), and it is to be tried again.
 * @throws Error that says what to do; what the connection throws
 */
export async function removeTaint(
  { key, node }: StartupTaint,
  ask: (question: ApiQuestion) => Promise<ApiAnswer>,
): Promise<TaintResult> {
  const path = `/api/v1/nodes/${encodeURIComponent(node)}`;
  const read = await ask({ method: 'GET', path });
  if (read.status !== 200) throw new Error(refusal('read', node, read.status));
  const parsed = nodeSchema.safeParse(read.body);
  if (!parsed.success) throw new Error(`the API server's answer about node ${node} is no node`);
  const { taints } = parsed.data.spec;
  const rest = taints.filter((taint) => taint.key !== key);
  if (rest.length === taints.length) return 'absent';
  const patch = [
    { op: 'test', path: '/spec/taints', value: taints },
    { op: 'replace', path: '/spec/taints', value: rest },
  ];
  const { status } = await ask({ method: 'PATCH', path, patch });
  if (status === 409 || status === 422) throw new Error(`the taints of node ${node} changed meanwhile`);
  if (status !== 200) throw new Error(refusal('patch', node, status));
  return 'removed';
}

function refusal(verb: string, node: string, status: number): string {
  if (status === 401 || status === 403) {
    return `the service account may not ${verb} node ${node} (HTTP ${status}); the chart gives it that right with startupTaint.enabled`;
  }
  return `the API server answered HTTP ${status} when asked to ${verb} node ${node}`;
}
