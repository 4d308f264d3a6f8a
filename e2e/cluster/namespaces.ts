import { basename } from 'node:path';
import { apply, kubectl } from './kubectl.ts';
import type { EndToEndState } from './state.ts';
import { step } from './steps.ts';
import { waitFor } from './waiting.ts';

type Target = Pick<EndToEndState, 'kubectl' | 'kubeconfig'>;

/** The namespace of a case file: `object-forms` for `e2e/cases/object-forms.test.ts`. */
export function namespaceOf(caseFile: string): string {
  return basename(caseFile, '.test.ts');
}

/** Creates a namespace for each case file, and waits until pods can be created in all of them. */
export async function createNamespaces(target: Target, caseFiles: readonly string[]): Promise<void> {
  const wanted = caseFiles.map(namespaceOf);
  if (wanted.length === 0) return;
  await step(`create ${wanted.length} namespaces for the cases`, async () => {
    await apply(
      target,
      ...wanted.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    );
    // The API server refuses pods until a controller has made the service account.
    const named = [
      '--field-selector',
      'metadata.name=default',
      '-o',
      'jsonpath={.items[*].metadata.namespace}',
    ];
    let missing = wanted;
    await waitFor(
      'the service account of each namespace',
      60,
      async () => {
        const listing = await kubectl(target, ['get', 'serviceaccounts', '--all-namespaces', ...named]);
        const found = new Set(listing.split(' '));
        missing = wanted.filter((name) => !found.has(name));
        return missing.length === 0 ? true : undefined;
      },
      () => missing,
    );
  });
}
