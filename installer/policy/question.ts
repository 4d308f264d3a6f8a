import { parseArgs } from 'node:util';
import { type ObjectType, objectTypes } from '../../driver/options/items.ts';
import { faultOfVaultName } from '../../driver/options/vault-names.ts';
import { type Asked, type Asker, alternativesOf, faultOfNames } from '../../driver/policy/access.ts';
import { identityKinds } from '../../driver/policy/policy.ts';

/** What an admin wants to know of a policy: may this pod have these objects? */
export interface Question {
  /** The node configuration to ask, `-` for standard input; undefined means the one in force. */
  readonly config: string | undefined;
  readonly asker: Asker;
  readonly asked: readonly Asked[];
}

export const usage = `policy test [--config <file>] --namespace <name> --service-account <name> --identity <kind>
            --vault <name> … --object <type>/<name> …

Says whether the policy of a node configuration lets a pod have objects, and why. Asks nothing of anybody.

  --config           the node configuration, - for one that is piped in; by default the one on this node
  --namespace        of the pod
  --service-account  of the pod
  --identity         ${identityKinds.join(', ')}
  --vault            once more for a fallback vault, which must be allowed as well
  --object           ${objectTypes.join(', ')}, a slash and the name, or a glob as in a selection; any number of them

Ends with 0 when all is allowed, 1 when something is denied, 2 when it cannot tell.`;

/** @throws Error that says all that is wrong with the arguments */
export function parseQuestion(args: readonly string[]): Question {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      namespace: { type: 'string' },
      'service-account': { type: 'string' },
      identity: { type: 'string' },
      vault: { type: 'string', multiple: true, default: [] },
      object: { type: 'string', multiple: true, default: [] },
    },
  });
  const faults: string[] = [];
  const required = (name: 'namespace' | 'service-account' | 'identity') => {
    if (!values[name]) faults.push(`--${name} is missing`);
    return values[name] ?? '';
  };
  const namespace = required('namespace');
  const serviceAccount = required('service-account');
  const written = required('identity');
  const identity = identityKinds.find((kind) => kind === written);
  if (written !== '' && identity === undefined) {
    faults.push(`--identity ${written}: must be one of ${identityKinds.join(', ')}`);
  }
  if (values.vault.length === 0) faults.push('--vault is missing');
  for (const vault of values.vault) {
    const fault = faultOfVaultName(vault);
    if (fault !== undefined) faults.push(`--vault ${vault}: ${fault}`);
  }
  if (values.object.length === 0) faults.push('--object is missing');
  const objects = values.object.flatMap((object) => readObject(object, faults));
  if (faults.length > 0 || identity === undefined) throw new Error(faults.join('\n'));
  const asked = values.vault.flatMap((vault) => objects.map((object) => ({ vault, ...object })));
  return { config: values.config, asker: { namespace, serviceAccount, identity }, asked };
}

function readObject(written: string, faults: string[]): { type: ObjectType; names: string }[] {
  const slash = written.indexOf('/');
  const type = objectTypes.find((known) => known === written.slice(0, slash));
  const name = written.slice(slash + 1);
  const fault = faultOfNames(name);
  if (type === undefined || slash < 0) {
    faults.push(`--object ${written}: must be secret, key or cert, a slash and the name`);
    return [];
  }
  if (fault !== undefined) {
    faults.push(`--object ${written}: the name ${fault}`);
    return [];
  }
  return alternativesOf(name).map((names) => ({ type, names }));
}
