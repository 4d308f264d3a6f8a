import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { namespaceOf } from './namespaces.ts';

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
  /** Paths of the other version's archive, and of the error if it could not be built. */
  readonly otherVersion: { readonly archive: string; readonly failure: string };
};

/** The state as a case file sees it. */
export type CaseState = EndToEndState & {
  /** Namespace of everything that names none: of pods and objects, and of kubectl's commands. */
  readonly namespace: string;
};

/**
 * Reads the state of the run.
 *
 * @param caseFile path of the case file; its namespace is then the file's own one. Without it, `default`.
 */
export function readState(caseFile?: string): CaseState {
  const path = process.env['E2E_STATE'];
  if (!path) throw new Error('E2E_STATE is not set: the cases run through `npm run e2e`');
  const state = JSON.parse(readFileSync(path, 'utf8')) as EndToEndState;
  if (caseFile === undefined) return { ...state, namespace: 'default' };
  const namespace = namespaceOf(caseFile);
  return { ...state, namespace, kubeconfig: kubeconfigFor(state.kubeconfig, namespace) };
}

/** Writes a kubeconfig beside the run's own, whose context has the namespace. Returns its path. */
function kubeconfigFor(kubeconfig: string, namespace: string): string {
  const path = `${kubeconfig}-${namespace}`;
  if (existsSync(path)) return path;
  const { contexts, ...content } = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const inNamespace = contexts.map((one) => ({ ...one, context: { ...one.context, namespace } }));
  writeFileSync(path, stringify({ ...content, contexts: inNamespace }), { mode: 0o600 });
  return path;
}

type Kubeconfig = { readonly contexts: readonly { readonly context: object }[] };
