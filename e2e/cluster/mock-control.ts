import type { FaultRules } from '../mock/faults/rules.ts';
import type { JournalEntry } from '../mock/journal.ts';
import type { FederatedCredential, PodIdentity } from '../mock/seed/schema.ts';
import { kubectl } from './kubectl.ts';
import { onNode } from './node-commands.ts';
import type { EndToEndState } from './state.ts';

/** On every node's loopback: the control API of that node's NMI and IMDS. */
export const nodeControlAddress = '127.0.0.1:2580';

type Azure = Pick<EndToEndState, 'mockControl'>;
type Node = Pick<EndToEndState, 'environment'>;

/** What Entra and the vaults were asked. */
export async function mockJournal(state: Azure): Promise<JournalEntry[]> {
  return (await ask(state, 'GET', '/requests')) as JournalEntry[];
}

/** How Entra and the vaults misbehave from now on; `[]` ends it. */
export async function setFaults(state: Azure, rules: FaultRules['rules']): Promise<void> {
  await ask(state, 'PUT', '/faults', { rules });
}

/** From now on Entra and the vaults answer so much later; 0 ends it. */
export async function setLatency(state: Azure, latencyMs: number): Promise<void> {
  await ask(state, 'PUT', '/faults', { rules: [], latencyMs });
}

/**
 * Makes Entra trust the cluster's own service account tokens, and an application accept that of one service account.
 * A real tenant would fetch the keys from the issuer's address.
 */
export async function trustServiceAccount(
  state: Azure & Pick<EndToEndState, 'kubectl' | 'kubeconfig'>,
  application: string,
  serviceAccount: { readonly namespace: string; readonly name: string },
): Promise<void> {
  const raw = async (path: string): Promise<unknown> =>
    JSON.parse(await kubectl(state, ['get', '--raw', path]));
  const { issuer } = (await raw('/.well-known/openid-configuration')) as { issuer: string };
  await ask(state, 'PUT', '/issuers', { [issuer]: await raw('/openid/v1/jwks') });
  const subject = `system:serviceaccount:${serviceAccount.namespace}:${serviceAccount.name}`;
  const credential: FederatedCredential = { issuer, subject, audience: 'api://AzureADTokenExchange' };
  await ask(state, 'PUT', `/principals/${application}/federated`, [credential]);
}

/** What the NMI and the IMDS of one node were asked. */
export async function nodeJournal(state: Node, node: string): Promise<JournalEntry[]> {
  const url = `http://${nodeControlAddress}/requests`;
  return JSON.parse(await onNode(state, node, ['curl', '-sf', url])) as JournalEntry[];
}

/** Sets which pods of one node have which identity, in place of all that was assigned there. */
export async function assignIdentities(
  state: Node,
  node: string,
  identities: readonly PodIdentity[],
): Promise<void> {
  const url = `http://${nodeControlAddress}/pod-identities`;
  await onNode(state, node, ['curl', '-sf', '-X', 'PUT', '--data', JSON.stringify(identities), url]);
}

async function ask(state: Azure, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${state.mockControl}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path} of the mock: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
