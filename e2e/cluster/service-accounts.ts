import { kubectl } from './kubectl.ts';
import type { EndToEndState } from './state.ts';

type Target = Pick<EndToEndState, 'kubectl' | 'kubeconfig'>;

/** Whether the API server would let a service account do something, `<verb> <resource>`, in every namespace. */
export async function mayDo(
  target: Target,
  serviceAccount: { readonly namespace: string; readonly name: string },
  ...what: readonly [verb: string, resource: string]
): Promise<boolean> {
  const { namespace, name } = serviceAccount;
  const as = ['--all-namespaces', '--as', `system:serviceaccount:${namespace}:${name}`];
  const answer = await kubectl(target, ['auth', 'can-i', ...what, ...as]).catch((error: unknown) => {
    // "no" comes with exit code 1.
    if (error instanceof Error && 'stdout' in error && error.stdout === 'no') return 'no';
    throw error;
  });
  return answer === 'yes';
}
