import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeExamples } from './examples.ts';

/** Puts into the directory of a run what somebody needs who goes on with its cluster: programs, and examples for it. */
export async function prepareToKeep(
  directory: string,
  programs: Readonly<Record<'kind' | 'kubectl' | 'helm', string>>,
): Promise<void> {
  const bin = join(directory, 'bin');
  await mkdir(bin);
  for (const name of ['kind', 'kubectl', 'helm'] as const) await symlink(programs[name], join(bin, name));
  await writeExamples(join(directory, 'examples'));
}

/** What is said of it at the end. */
export function howToUse(directory: string, clusterName: string): string {
  return `  the cluster stays (E2E_KEEP=1).
    look at it:    export KUBECONFIG=${join(directory, 'kubeconfig')} PATH=${join(directory, 'bin')}:$PATH
    try it:        kubectl apply --filename ${join(directory, 'examples', 'stand-alone.yaml')}
                   kubectl wait --for=condition=Ready pod/stand-alone
                   kubectl exec stand-alone -- cat /kv/shop-db-password
    run cases:     E2E_STATE=${join(directory, 'state.json')} npx vitest run --config vitest.e2e.config.ts
    delete it:     KIND_EXPERIMENTAL_PROVIDER=podman kind delete cluster --name ${clusterName}`;
}
