import type { FoundObject, PublicKey, ReadRequest, VaultObject } from '../ports.ts';
import type { ContentOnWire, CredentialOnWire, ObjectOnWire, RequestOnWire } from './protocol.ts';

/** Requests and objects in the spelling of the wire, in which bytes are base64. */

export function requestToWire({ pod, identity, cloud, items, startStaleMs }: ReadRequest): RequestOnWire {
  const rest = { pod, items, cloud: cloud.name, startStaleMs };
  if (identity.kind !== 'service-principal') return { ...rest, identity };
  const { credential } = identity;
  const sent: CredentialOnWire =
    credential.kind === 'secret'
      ? credential
      : { kind: 'certificate', base64: base64Of(credential.bytes), password: credential.password };
  return { ...rest, identity: { ...identity, credential: sent } };
}

export function objectToWire({ content, ...about }: FoundObject): ObjectOnWire {
  return { ...about, content: contentToWire(content) };
}

function contentToWire(content: VaultObject): ContentOnWire {
  switch (content.type) {
    case 'secret':
      return content;
    case 'cert':
      return { type: 'cert', der: base64Of(content.der) };
    case 'key': {
      const { key } = content;
      return key.kty === 'RSA'
        ? { type: 'key', kty: 'RSA', n: base64Of(key.n), e: base64Of(key.e) }
        : { type: 'key', kty: 'EC', crv: key.crv, x: base64Of(key.x), y: base64Of(key.y) };
    }
  }
}

/**
 * The objects of a reply, checked in everything: the agent may be of another version than this driver.
 * @returns undefined when they are not the answer to this request
 */
export function foundFromWire(found: unknown, { items }: ReadRequest): FoundObject[][] | undefined {
  if (!Array.isArray(found) || found.length !== items.length) return undefined;
  const lists: FoundObject[][] = [];
  for (const [index, item] of items.entries()) {
    const list: unknown = found[index];
    if (!Array.isArray(list)) return undefined;
    const objects = list.map(objectFromWire);
    if (!objects.every((object) => object !== undefined && answers(object, item))) return undefined;
    lists.push(objects as FoundObject[]);
  }
  return lists;
}

/** An object of another item must not become this one's file. */
function answers(object: FoundObject, item: ReadRequest['items'][number]): boolean {
  const vaults = [item.vault, item.fallbackVault].map((vault) => vault?.toLowerCase());
  if (object.content.type !== item.type || !vaults.includes(object.vault.toLowerCase())) return false;
  const { source } = item;
  if (source.kind === 'selection') return true;
  return (
    object.name.toLowerCase() === source.name.toLowerCase() &&
    (source.version === undefined || object.version === source.version)
  );
}

type Fields = Readonly<Record<string, unknown>>;

function objectFromWire(value: unknown): FoundObject | undefined {
  if (!isFields(value)) return undefined;
  const { vault, name, version, readAt } = value;
  const content = contentFromWire(value['content']);
  const attributes = attributesFromWire(value['attributes']);
  if (!isText(vault) || !isText(name) || !isText(version) || !isTime(readAt)) return undefined;
  return content && attributes && { vault, name, version, content, attributes, readAt };
}

function contentFromWire(value: unknown): VaultObject | undefined {
  if (!isFields(value)) return undefined;
  switch (value['type']) {
    case 'secret': {
      const { value: text, contentType } = value;
      return isText(text) && isTextOrNone(contentType)
        ? { type: 'secret', value: text, contentType }
        : undefined;
    }
    case 'cert': {
      const der = bytesOf(value['der']);
      return der && { type: 'cert', der };
    }
    case 'key': {
      const key = keyFromWire(value);
      return key && { type: 'key', key };
    }
    default:
      return undefined;
  }
}

function keyFromWire(value: Fields): PublicKey | undefined {
  if (value['kty'] === 'RSA') {
    const [n, e] = [bytesOf(value['n']), bytesOf(value['e'])];
    return n && e && { kty: 'RSA', n, e };
  }
  const { kty, crv } = value;
  const [x, y] = [bytesOf(value['x']), bytesOf(value['y'])];
  return kty === 'EC' && isText(crv) && x && y ? { kty, crv, x, y } : undefined;
}

function attributesFromWire(value: unknown): FoundObject['attributes'] | undefined {
  if (!isFields(value)) return undefined;
  const { contentType, tags, notBefore, expires, created, updated } = value;
  if (!isTextOrNone(contentType) || !isFields(tags) || !Object.values(tags).every(isText)) return undefined;
  if (!isTime(notBefore) || !isTime(expires) || !isTime(created) || !isTime(updated)) return undefined;
  return {
    contentType,
    tags: tags as Readonly<Record<string, string>>,
    notBefore,
    expires,
    created,
    updated,
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextOrNone(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function isTime(value: unknown): value is number | undefined {
  return value === undefined || typeof value === 'number';
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Strictly: Node passes over what is no base64. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (!isText(value) || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return undefined;
  const bytes = new Uint8Array(Buffer.from(value, 'base64'));
  return bytes.length > 0 ? bytes : undefined;
}
