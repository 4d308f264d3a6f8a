import { readFileSync } from 'node:fs';

/** What a run hands to its cases, as a JSON file whose path is in `E2E_STATE`. */
export type EndToEndState = {
  readonly clusterName: string;
  /** The run's own kubeconfig file. */
  readonly kubeconfig: string;
  /** Names of the nodes, which are also the names of podman's containers. */
  readonly nodes: readonly string[];
  /** The node that cases may stop or restart: the mock's Entra and vaults are on the other one. */
  readonly worker: string;
  /** For podman and kind. */
  readonly environment: Readonly<Record<string, string>>;
  readonly kubectl: string;
  readonly helm: string;
  /** Where the logs of failing cases go. */
  readonly logDirectory: string;
  /** `http://<address>:<port>` of the mock's control API, reachable from this machine. */
  readonly mockControl: string;
  /** Where this machine reaches Entra and the vaults of the mock, whatever their host names. */
  readonly mockAzure: { readonly address: string; readonly port: number; readonly caPem: string };
  /** Arguments of `helm install|upgrade` that follow the release's name. */
  readonly chartArguments: readonly string[];
};

export function readState(): EndToEndState {
  const path = process.env['E2E_STATE'];
  if (!path) throw new Error('E2E_STATE is not set: the cases run through `npm run e2e`');
  return JSON.parse(readFileSync(path, 'utf8')) as EndToEndState;
}
