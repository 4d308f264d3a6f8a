import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NODE_CONFIG_FILE, type NodeConfig, parseNodeConfig } from '../../driver/nodeconfig/schema.ts';
import { systemErrorCode } from '../fault.ts';
import { driverDirectoryOf } from '../plugin-directory.ts';
import { explain } from './explain.ts';
import { parseQuestion, usage } from './question.ts';

/** What a command says, and the exit code it ends with. */
export interface CommandResult {
  readonly text: string;
  readonly exitCode: 0 | 1 | 2;
}

/** `policy test`: explains what the policy of a node configuration decides. Reads that one file, and does nothing else. */
export async function testPolicy(
  args: readonly string[],
  pluginDirectory: string,
  standardInput: () => Promise<string>,
): Promise<CommandResult> {
  try {
    const { config, asker, asked } = parseQuestion(args);
    const file = config ?? join(driverDirectoryOf(pluginDirectory), NODE_CONFIG_FILE);
    const piped = file === '-';
    const source = piped ? 'the configuration piped in' : file;
    const { policy } = parse(piped ? await standardInput() : await read(file), source);
    const { allowed, text } = explain(policy, asker, asked, source);
    return { text, exitCode: allowed ? 0 : 1 };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { text: `${why}\n\nUsage: ${usage}`, exitCode: 2 };
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
