import { parseArgs } from 'node:util';
import { faultOfVaultName } from '../../driver/options/vault-names.ts';

export const usage = `doctor [--vault <name> …] [--cloud <name>] [--output text|json]

Examines this node: the driver and what it needs. Changes nothing, and asks for no token and no object.

  --vault   see whether this vault can be reached; any number of them
  --cloud   as in the option cloudname; by default AzurePublicCloud
  --output  json for programs

Ends with 0 when there is no fault, 1 when there is one, 2 when it cannot tell.`;

export interface DoctorArguments {
  readonly vaults: readonly string[];
  readonly cloudName: string | undefined;
  readonly asJson: boolean;
}

/** @throws Error that says what is wrong with the arguments */
export function parseDoctorArguments(args: readonly string[]): DoctorArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      vault: { type: 'string', multiple: true, default: [] },
      cloud: { type: 'string' },
      output: { type: 'string', default: 'text' },
    },
  });
  const faults = values.vault.flatMap((vault) => {
    const fault = faultOfVaultName(vault);
    return fault === undefined ? [] : [`--vault ${vault}: ${fault}`];
  });
  if (!['text', 'json'].includes(values.output))
    faults.push(`--output ${values.output}: must be text or json`);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return { vaults: [...new Set(values.vault)], cloudName: values.cloud, asJson: values.output === 'json' };
}
