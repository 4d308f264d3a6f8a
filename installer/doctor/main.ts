import { networkInterfaces } from 'node:os';
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { createPipeline, createTransport } from '../../driver/transport/transport.ts';
import type { CommandContext, CommandResult } from '../commands/command.ts';
import { readHistory } from '../events/history.ts';
import { parseDoctorArguments, usage } from './arguments.ts';
import type { Ask } from './ask.ts';
import { diagnose } from './diagnose.ts';
import { jsonReport, textReport, worst } from './report.ts';

/** Azure Instance Metadata Service. */
const METADATA_SERVICE = 'http://169.254.169.254';

/** The runtime would read these of the pod's environment, where the driver goes by the node configuration. */
const WAYS_OUT = /^(https?|no|all)_proxy$/i;

/** `doctor`: examines the node. */
export async function runDoctor(
  args: readonly string[],
  { version, settings: readSettings }: Pick<CommandContext, 'version' | 'settings'>,
): Promise<CommandResult> {
  try {
    const { vaults, cloudName, asJson } = parseDoctorArguments(args);
    const settings = readSettings();
    for (const name of Object.keys(process.env)) if (WAYS_OUT.test(name)) delete process.env[name];
    const findings = await diagnose({
      settings,
      version,
      vaults,
      cloudName,
      history: await readHistory(settings.runDirectory),
      onNodesNetwork: hasAddress(settings.nodeAddress),
      metadataService: METADATA_SERVICE,
      ask: askWith(version),
    });
    const output = asJson ? jsonReport(version, findings) : textReport(version, findings);
    return { output, errors: '', exitCode: worst(findings) === 'fault' ? 1 : 0 };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { output: '', errors: `${why}\n\nUsage: installer ${usage}\n`, exitCode: 2 };
  }
}

/** By the driver's own transport, so that authorities, proxies and certificates are judged as it judges them. */
export function askWith(version: string): Ask {
  return async (url, { headers, way, limitMs }) => {
    const transport = createTransport(way, version);
    const request = createPipelineRequest({
      url,
      headers: createHttpHeaders({ ...headers }),
      abortSignal: AbortSignal.timeout(limitMs),
      allowInsecureConnection: true,
    });
    const response = await createPipeline(transport).sendRequest(transport.httpClient, request);
    return { status: response.status, date: response.headers.get('date') };
  };
}

/** A pod with a network of its own has not the node's address. */
function hasAddress(address: string | undefined): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address));
}
