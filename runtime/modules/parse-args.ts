/** As much of Node's `parseArgs` as the installer uses: long options with a value, strictly. */

interface OptionOfText {
  readonly type: 'string';
  readonly multiple?: boolean;
  readonly default?: string | readonly string[];
}

interface Config {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, OptionOfText>>;
  readonly allowPositionals?: boolean;
}

type Values = Record<string, string | string[]>;

/** @throws TypeError that says what is wrong with the arguments, in Node's words */
export function parseArgs({ args, options, allowPositionals = false }: Config): {
  values: Values;
  positionals: string[];
} {
  const values: Values = Object.create(null);
  const positionals: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') {
      const rest = args.slice(index + 1);
      if (rest[0] !== undefined && !allowPositionals) throw unexpected(rest[0]);
      positionals.push(...rest);
      break;
    }
    if (!looksLikeOption(arg)) {
      if (!allowPositionals) throw unexpected(arg);
      positionals.push(arg);
      continue;
    }
    const { name, shown, inline } = partsOf(arg);
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined || !arg.startsWith('--')) throw unknown(shown, allowPositionals);
    if (inline === undefined) index += 1;
    const value = inline ?? args[index];
    if (value === undefined) throw invalid(`Option '${shown} <value>' argument missing`);
    if (inline === undefined && looksLikeOption(value)) throw ambiguous(shown);
    if (option.multiple) values[name] = [...(values[name] ?? []), value];
    else values[name] = value;
  }
  for (const [name, option] of Object.entries(options)) {
    if (option.default === undefined || values[name] !== undefined) continue;
    values[name] = typeof option.default === 'string' ? option.default : [...option.default];
  }
  return { values, positionals };
}

/** One dash alone stands for standard input. */
function looksLikeOption(arg: string): boolean {
  return arg.length > 1 && arg.startsWith('-');
}

function partsOf(arg: string): { name: string; shown: string; inline?: string } {
  if (!arg.startsWith('--')) return { name: arg.slice(1, 2), shown: arg.slice(0, 2) };
  const equals = arg.indexOf('=', 3);
  if (equals < 0) return { name: arg.slice(2), shown: arg };
  return { name: arg.slice(2, equals), shown: arg.slice(0, equals), inline: arg.slice(equals + 1) };
}

function unknown(option: string, allowPositionals: boolean): Error {
  const advice = allowPositionals
    ? `. To specify a positional argument starting with a '-', place it at the end of the command after '--', as in '-- ${JSON.stringify(option)}`
    : '';
  return fault(`Unknown option '${option}'${advice}`, 'ERR_PARSE_ARGS_UNKNOWN_OPTION');
}

function unexpected(arg: string): Error {
  return fault(
    `Unexpected argument '${arg}'. This command does not take positional arguments`,
    'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL',
  );
}

function ambiguous(option: string): Error {
  return invalid(
    `Option '${option}' argument is ambiguous.\nDid you forget to specify the option argument for '${option}'?\nTo specify an option argument starting with a dash use '${option}=-XYZ'.`,
  );
}

function invalid(text: string): Error {
  return fault(text, 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE');
}

function fault(text: string, code: string): Error {
  return Object.assign(new TypeError(text), { code });
}
