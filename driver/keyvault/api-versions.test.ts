import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { apiVersionPolicy, forgetApiVersions } from './api-versions.ts';
import { VaultRefusal } from './refusal.ts';

beforeEach(() => forgetApiVersions());

interface Asked {
  readonly knows: readonly string[];
  readonly says?: string;
  readonly apiVersions?: { readonly secret?: readonly string[] };
  readonly directory?: string;
  readonly path?: string;
}

/** Sends one request to a service that knows these versions. @returns the versions it was asked in */
async function versionsAsked({ knows, says = '', apiVersions, directory = '/nowhere', path }: Asked) {
  const asked: string[] = [];
  const cloud = { vaultSuffix: 'vault.azure.cn', ...(apiVersions && { apiVersions }) };
  const url = `https://a.vault.azure.cn/${path ?? 'secrets/db'}?api%2Dversion=2026-04-01&x=1`;
  await apiVersionPolicy(cloud, directory)
    .sendRequest(createPipelineRequest({ url }), async (request) => {
      const version = new URL(request.url).searchParams.get('api-version') ?? '';
      expect(new URL(request.url).searchParams.get('x')).toBe('1');
      asked.push(version);
      if (knows.includes(version)) return { request, status: 200, headers: createHttpHeaders() };
      const message = `The specified version (${version}) is not recognized.${says}`;
      const bodyAsText = JSON.stringify({ error: { code: 'BadParameter', message } });
      throw new VaultRefusal({ request, status: 400, headers: createHttpHeaders(), bodyAsText });
    })
    .catch((error: unknown) => {
      if (!(error instanceof VaultRefusal)) throw error;
      asked.push('refused');
    });
  return asked;
}

const OLDER = ['7.6', '7.5', '7.4', '7.3', '7.2', '7.1', '7.0', '2016-10-01'];

describe('a version that the service does not know', () => {
  test('is followed by the next older one', async () => {
    expect(await versionsAsked({ knows: ['7.4', '7.3'] })).toEqual(['2026-04-01', '7.6', '7.5', '7.4']);
  });

  test('is followed by the one that the service names', async () => {
    const says = ' Consider using the latest supported version (7.1).';
    expect(await versionsAsked({ knows: ['7.1'], says })).toEqual(['2026-04-01', '7.1']);
  });

  test.each([' (2027-01-01)', ' (../x)'])('is not followed by what cannot be older: %s', async (latest) => {
    const says = ` Consider using the latest supported version${latest}.`;
    expect(await versionsAsked({ knows: ['7.6'], says })).toEqual(['2026-04-01', '7.6']);
  });

  test('ends the matter when it is the oldest', async () => {
    expect(await versionsAsked({ knows: [] })).toEqual(['2026-04-01', ...OLDER, 'refused']);
  });

  test('of a cloud with versions of its own is followed by these alone, the newest first', async () => {
    const apiVersions = { secret: ['2016-10-01', '7.1'] };
    expect(await versionsAsked({ knows: ['2016-10-01'], apiVersions })).toEqual(['7.1', '2016-10-01']);
  });
});

describe('what works is remembered', () => {
  test('by this process, for the type of object', async () => {
    await versionsAsked({ knows: ['7.0'] });
    expect(await versionsAsked({ knows: ['7.0'] })).toEqual(['7.0']);
    expect((await versionsAsked({ knows: ['7.0'], path: 'keys/db' }))[0]).toBe('2026-04-01');
  });

  test('by the node, unless the cloud has other versions of its own', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'versions-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    await versionsAsked({ knows: ['7.0'], directory });
    forgetApiVersions();
    expect(await versionsAsked({ knows: ['7.0'], directory })).toEqual(['7.0']);
    forgetApiVersions();
    const apiVersions = { secret: ['7.1'] };
    expect(await versionsAsked({ knows: ['7.1'], directory, apiVersions })).toEqual(['7.1']);
    expect(JSON.parse(readFileSync(join(directory, 'api-versions.json'), 'utf8'))).toEqual({
      'vault.azure.cn secret': '7.0',
    });
  });

  test.each(['{', 'null', '{"vault.azure.cn secret":"../../x"}', '[1]'])(
    'not when the file holds %s',
    async (content) => {
      const directory = mkdtempSync(join(tmpdir(), 'versions-'));
      onTestFinished(() => rmSync(directory, { recursive: true }));
      writeFileSync(join(directory, 'api-versions.json'), content);
      expect(await versionsAsked({ knows: ['2026-04-01'], directory })).toEqual(['2026-04-01']);
    },
  );
});

test('a request that is bad for another reason is not repeated', async () => {
  let asked = 0;
  const refusal = apiVersionPolicy({ vaultSuffix: 'vault.azure.cn' }, '/nowhere').sendRequest(
    createPipelineRequest({ url: 'https://a.vault.azure.cn/secrets/db?api-version=2026-04-01' }),
    async (request) => {
      asked += 1;
      const bodyAsText =
        '{"error":{"code":"BadParameter","message":"The request URI contains an invalid name"}}';
      throw new VaultRefusal({ request, status: 400, headers: createHttpHeaders(), bodyAsText });
    },
  );
  await expect(refusal).rejects.toBeInstanceOf(VaultRefusal);
  expect(asked).toBe(1);
});
