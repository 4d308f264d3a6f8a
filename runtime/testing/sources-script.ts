import { readServiceAccountToken } from '../../driver/credentials/service-account-token.ts';
import { toDriverError } from '../../driver/errors.ts';
import { dotenvEntry, variableName } from '../../driver/forms/combine/dotenv.ts';
import { propertiesEntry } from '../../driver/forms/combine/properties.ts';
import { decodeText } from '../../driver/forms/decode-text.ts';
import { jsonProperty } from '../../driver/forms/json-property.ts';
import { metadataJson } from '../../driver/forms/metadata.ts';
import { objectBytes } from '../../driver/forms/object-bytes.ts';
import { expandBraces, parseGlob } from '../../driver/keyvault/glob.ts';
import { checkQuickly } from '../../driver/nodeconfig/quick-check.ts';
import { collisionsOf, faultOfFilePath } from '../../driver/options/file-path.ts';
import { suggest } from '../../driver/options/suggest.ts';
import { parseVolumeOptions } from '../../driver/options/volume-options.ts';
import { coversTexts as covers } from '../../driver/policy/testing/covers-texts.ts';
import type { FoundObject } from '../../driver/ports.ts';
import { failure, formatStatus, notSupported } from '../../driver/status.ts';
import { formatEvent } from '../../driver/telemetry/event.ts';
import { eventOf } from '../../driver/telemetry/leave-event.ts';
import { mountsFrom, parseMountInfo } from '../../driver/volume/mountinfo.ts';
import { newPayloadName, payloadDirectoryName } from '../../driver/volume/payload.ts';
import { resolveTarget } from '../../driver/volume/target.ts';
import { outcome, outcomeOf, print, readInput } from './answers.ts';

/** The driver's own sources, those that take what others wrote, and make what others read. */

interface Input {
  readonly options: readonly string[];
  readonly nodeConfigs: readonly string[];
  readonly properties: readonly (readonly [string, string])[];
  readonly encoded: readonly (readonly [string, 'utf-8' | 'base64' | 'hex'])[];
  readonly globs: readonly (readonly [string, string])[];
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
}

const { options, nodeConfigs, properties, encoded, globs, texts, numbers } = readInput<Input>();
print({
  options: await each(options, async (json) => {
    const request = await parseVolumeOptions(json, {}).catch((error: unknown) =>
      failure(toDriverError(error)),
    );
    return [shown(request), eventLine(json)];
  }),
  nodeConfigs: await each(nodeConfigs, (text) => kindOf(() => checkQuickly(JSON.parse(text)))),
  properties: await each(properties, ([document, path]) => outcome(() => jsonProperty(document, path))),
  encoded: await each(encoded, ([text, encoding]) => outcome(() => shown(decodeText(text, encoding)))),
  globs: await each(globs, ([one, other]) => [
    outcome(() => shown(parseGlob(one))),
    outcome(() => shown(expandBraces(one))),
    covers(one, other),
    covers(other, one),
  ]),
  texts: await each(texts, ofText),
  numbers: await each(numbers, ofNumber),
  payloadName: /^\.\.\d{4}(_\d\d){5}\.[0-9a-f]{10}$/.test(newPayloadName(new Date())),
});

async function ofText(text: string, index: number): Promise<unknown> {
  const next = texts[index + 1] ?? '';
  return [
    faultOfFilePath(text),
    collisionsOf([text, next, text.toUpperCase(), `${text}/${next}`]),
    outcome(() => dotenvEntry('A', text)),
    [variableName(text, true), variableName(text, false), propertiesEntry(text, next)],
    suggest(text, ['keyvaultname', 'objects', next]),
    outcome(() => resolveTarget(text)),
    [parseMountInfo(text), parseMountInfo(text, next), mountsFrom(text, next)],
    formatStatus(notSupported(text)),
    readServiceAccountToken(text),
    readServiceAccountToken(`a.${Buffer.from(text).toString('base64url')}.b`),
    await outcomeOf(contentsOf(Buffer.from(text))),
    // What the sources build on.
    [text.normalize('NFKC'), text.toLowerCase(), text.toUpperCase(), text.trim(), text.isWellFormed()],
    text.split(/[\s,]+/),
  ];
}

async function contentsOf(bytes: Uint8Array): Promise<unknown> {
  const files = [
    objectBytes({ type: 'cert', der: bytes }, { type: 'cert', format: 'pem' }, undefined),
    ...(['pem', 'jwk', 'der'] as const).flatMap((format) => [
      objectBytes(
        { type: 'key', key: { kty: 'RSA', n: bytes, e: bytes } },
        { type: 'key', format },
        undefined,
      ),
      objectBytes(
        { type: 'key', key: { kty: 'EC', crv: 'P-521', x: bytes, y: bytes } },
        { type: 'key', format },
        undefined,
      ),
    ]),
  ];
  return (await Promise.all(files.map(outcomeOf))).map(shown);
}

function ofNumber(number: number): unknown {
  const attributes = {
    contentType: undefined,
    tags: { b: '1', a: '2', 10: '3', 9: '4' },
    notBefore: number,
    expires: -number,
    created: undefined,
    updated: Math.floor(number),
  };
  const object: FoundObject = {
    vault: 'v',
    name: 'n',
    version: '0',
    content: { type: 'secret', value: '', contentType: undefined },
    attributes,
  };
  return [
    outcome(() => metadataJson(object, 'V')),
    kindOf(() => payloadDirectoryName(new Date(number), '0')),
    [String(number), JSON.stringify(number), Math.round(number * 10) / 10, number.toString(8), number >>> 0],
    [Number.parseInt(String(number), 10), Number(String(number))],
  ];
}

function eventLine(json: string): unknown {
  const target = '/var/lib/kubelet/pods/uid/volumes/azure~kv/kv';
  const status = failure(toDriverError(new Error(json)));
  const recorded = {
    asked: undefined,
    stagedAs: undefined,
    durations: { wait: 1.25, fetch: 0.05 },
    vaultRequests: {},
    tokenRequests: {},
    source: 'direct',
  } as const;
  const finished = { args: ['mount', target, json], status, recorded, total: 2.35, driverVersion: '0' };
  return outcome(() => formatEvent({ ...eventOf(finished, new Date(0)), message: json }));
}

/** Without the text of an error, which is each engine's own: the driver tells none. */
function kindOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return (error as Error).name;
  }
}

async function each<One>(
  list: readonly One[],
  answer: (one: One, index: number) => unknown,
): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const [index, one] of list.entries()) answers.push((await answer(one, index)) ?? 'undefined');
  return answers;
}

/** Bytes, and what JSON has not, as text. */
function shown(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (_, one: unknown) => {
      if (one instanceof Uint8Array) return Buffer.from(one).toString('hex');
      return typeof one === 'function' ? String(typeof one) : one;
    }),
  );
}
