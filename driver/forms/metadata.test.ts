import { expect, test } from 'vitest';
import type { FoundObject } from '../ports.ts';
import { metadataJson } from './metadata.ts';

const found: FoundObject = {
  vault: 'shop-vault',
  name: 'db-password',
  version: '0123456789abcdef0123456789abcdef',
  content: { type: 'secret', value: 'canary', contentType: 'text/plain' },
  attributes: {
    contentType: 'text/plain',
    tags: { owner: 'web', app: 'shop', __proto__: 'x' },
    notBefore: Date.UTC(2025, 0, 1),
    expires: Date.UTC(2026, 0, 1, 12, 30, 15),
    created: Date.UTC(2024, 11, 31, 23, 59, 59),
    updated: Date.UTC(2025, 0, 1),
  },
};

test('metadata is JSON in a stable order, without the value', () => {
  expect(metadataJson(found, 'Shop-Vault')).toBe(`{
  "type": "secret",
  "name": "db-password",
  "version": "0123456789abcdef0123456789abcdef",
  "vault": "shop-vault",
  "contentType": "text/plain",
  "tags": {
    "app": "shop",
    "owner": "web"
  },
  "notBefore": "2025-01-01T00:00:00Z",
  "expires": "2026-01-01T12:30:15Z",
  "created": "2024-12-31T23:59:59Z",
  "updated": "2025-01-01T00:00:00Z"
}
`);
});

test('what the vault does not say is left out, and a time beyond all calendars too', () => {
  const attributes = {
    contentType: undefined,
    tags: {},
    notBefore: undefined,
    expires: 9e15,
    created: Number.NaN,
    updated: 0,
  };
  expect(JSON.parse(metadataJson({ ...found, attributes }, 'shop-vault'))).toEqual({
    type: 'secret',
    name: 'db-password',
    version: '0123456789abcdef0123456789abcdef',
    vault: 'shop-vault',
    tags: {},
    updated: '1970-01-01T00:00:00Z',
  });
});

test('a fallback vault that served the object is told', () => {
  expect(JSON.parse(metadataJson({ ...found, vault: 'spare' }, 'shop-vault'))).toMatchObject({
    vault: 'spare',
    fallback: true,
  });
});
