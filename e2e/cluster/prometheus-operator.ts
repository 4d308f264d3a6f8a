import { join } from 'node:path';
import { goModuleDirectory } from './go-programs.ts';
import { kubectl } from './kubectl.ts';
import type { EndToEndState } from './state.ts';
import { prometheusOperatorVersion } from './versions.ts';

type Target = Pick<EndToEndState, 'kubectl' | 'kubeconfig'>;

const resources = ['podmonitors', 'servicemonitors', 'prometheusrules'];

/** Defines the operator's kinds that the chart can make, from its own module, and waits until the API server knows them. */
export async function defineMonitors(target: Target): Promise<void> {
  await kubectl(target, ['apply', '--server-side', ...(await definitions())]);
  const named = resources.map((name) => `crd/${name}.monitoring.coreos.com`);
  await kubectl(target, ['wait', '--for=condition=Established', '--timeout=60s', ...named]);
}

export async function forgetMonitors(target: Target): Promise<void> {
  await kubectl(target, ['delete', '--ignore-not-found', '--wait', ...(await definitions())]);
}

async function definitions(): Promise<string[]> {
  const module = await goModuleDirectory(
    'github.com/prometheus-operator/prometheus-operator',
    prometheusOperatorVersion,
  );
  const directory = join(module, 'example', 'prometheus-operator-crd');
  return resources.flatMap((name) => ['-f', join(directory, `monitoring.coreos.com_${name}.yaml`)]);
}
