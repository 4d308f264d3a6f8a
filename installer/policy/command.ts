import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NODE_CONFIG_FILE, type NodeConfig } from '../../driver/nodeconfig/node-config.ts';
import { parseNodeConfig } from '../../driver/nodeconfig/schema.ts';
import type { CommandContext, CommandResult } from '../commands/command.ts';
import { systemErrorCode } from '../fault.ts';
import { driverDirectoryOf } from '../installation/plugin-directory.ts';
import { explain } from './explain.ts';
import { parseQuestion, usage } from './question.ts';

/** `policy test`: explains what the policy of a node configuration decides. Reads that one file, and does nothing else. */
export async function testPolicy(
  args: readonly string[],
  { settings, standardInput }: Pick<CommandContext, 'settings' | 'standardInput'>,
): Promise<CommandResult> {
  try {
    const { config, asker, asked } = parseQuestion(args);
    const file = config ?? join(driverDirectoryOf(settings().pluginDirectory), NODE_CONFIG_FILE);
    const piped = file === '-';
    const source = piped ? 'the configuration piped in' : file;
    const { policy } = parse(piped ? await standardInput() : await read(file), source);
    const { allowed, text } = explain(policy, asker, asked, source);
    return { output: `${text}\n`, errors: '', exitCode: allowed ? 0 : 1 };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { output: '', errors: `${why}\n\nUsage: installer ${usage}\n`, exitCode: 2 };
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Error(`cannot read the node configuration ${file} (${systemErrorCode(cause)})`, { cause });
  }
}

/** With the driver's own parser, so that what it refuses is refused here. */
function parse(text: string, source: string): NodeConfig {
  try {
    return parseNodeConfig(text);
  } catch (cause) {
    throw new Error(`${source}: ${(cause as Error).message}; with it, the driver refuses every mount`, {
      cause,
    });
  }
}
