import { type Answer, type Handler, json, type Question } from '../answer.ts';
import type { Directory } from '../directory.ts';
import { authenticate, authorize, type Caller } from './authorization.ts';
import { certificateBundle, keyBundle, listItem, policyBundle, secretBundle } from './bundles.ts';
import { change } from './changes.ts';
import { pageOf } from './paging.ts';
import {
  badParameter,
  notFound,
  type Refusal,
  refusalAnswer,
  secretDisabled,
  serviceHeaders,
} from './refusals.ts';
import type { Kind, VaultStore } from './store.ts';

/** Versions of the data plane's API that are answered: those of the SDKs since 2016, and the dated ones after 7.6. */
const API_VERSIONS =
  /^(2016-10-01|7\.[0-6](-preview(\.\d)?)?|2025-\d\d-\d\d(-preview)?|2026-\d\d-\d\d(-preview)?)$/;
const LATEST_API_VERSION = '7.6';

/** The data plane of every vault of the seed, told apart by host. */
export function keyVault(directory: Directory): Handler {
  return async (question) => {
    const found = directory.vaultOfHost(question.host);
    if (found === undefined) return { status: 404, headers: {}, body: '' };
    const { cloud, vault } = found;
    const headers = serviceHeaders(question, vault.location);

    const caller = await authenticate(question, directory, cloud, vault);
    if ('status' in caller) return refusalAnswer(caller, headers);

    const content = answerTo(question, directory, vault, caller);
    const answer = isRefusal(content) ? refusalAnswer(content, headers) : contentAnswer(content, headers);
    return { ...answer, principal: caller.principal } satisfies Answer;
  };
}

type Content = Record<string, unknown>;

/** A purge has nothing to show. */
function contentAnswer(content: Content, headers: Record<string, string>): Answer {
  const empty = Object.keys(content).length === 0;
  return empty ? { status: 204, headers, body: '' } : json(200, content, headers);
}

function answerTo(
  question: Question,
  directory: Directory,
  vault: VaultStore,
  caller: Caller,
): Content | Refusal {
  const { method, host, url } = question;
  const version = url.searchParams.get('api-version');
  if (version === null) return badParameter('api-version must be specified');
  const known = directory.apiVersions;
  if (known === undefined ? !API_VERSIONS.test(version) : !known.includes(version)) {
    const latest = known === undefined ? LATEST_API_VERSION : known[0];
    return badParameter(
      `The specified version (${version}) is not recognized. Consider using the latest supported version (${latest}).`,
    );
  }

  const changed = change(question, vault, caller);
  if (changed !== undefined) return changed;

  // A slash at the end, which the SDKs send for "latest", names no version.
  const [kind, name, rest, ...more] = url.pathname.slice(1).replace(/\/$/, '').split('/');
  if (!isKind(kind) || method !== 'GET' || more.length > 0) {
    return badParameter(`Method ${method} does not allow operation '${rest ?? kind ?? ''}'`);
  }
  const base = `https://${host}`;

  if (name === undefined) {
    const names = vault.names(kind).filter((one) => versionsOf(vault, kind, one).length > 0);
    return (
      authorize(caller, vault, kind, 'list') ??
      list(question, names, (one) => {
        const latest = versionsOf(vault, kind, one).at(-1);
        return latest && listItem(base, kind, one, latest, false);
      })
    );
  }
  if (!/^[0-9A-Za-z-]{1,127}$/.test(name))
    return badParameter(`The request URI contains an invalid name: ${name}`);
  const proper = vault.properName(kind, name);

  if (rest === 'versions') {
    const versions = versionsOf(vault, kind, proper).toSorted((a, b) => (a.version < b.version ? -1 : 1));
    return (
      authorize(caller, vault, kind, 'list') ??
      list(question, versions, (one) => listItem(base, kind, proper, one, true))
    );
  }
  return authorize(caller, vault, kind, 'get', name) ?? object(vault, base, kind, proper, name, rest);
}

/** One object. Only secrets are withheld when disabled: the service goes on showing public keys and certificates. */
function object(
  vault: VaultStore,
  base: string,
  kind: Kind,
  name: string,
  asked: string,
  version?: string,
): Content | Refusal {
  const id = version === undefined ? asked : `${asked}/${version}`;
  switch (kind) {
    case 'secrets': {
      const secret = pick(vault.secrets(name), version);
      if (secret === undefined) return notFound(kind, id);
      return secret.attributes.enabled ? secretBundle(base, name, secret) : secretDisabled;
    }
    case 'keys': {
      const key = pick(vault.keys(name), version);
      return key === undefined ? notFound(kind, id) : keyBundle(base, name, key);
    }
    case 'certificates': {
      const certificate = pick(vault.certificates(name), version === 'policy' ? undefined : version);
      if (certificate === undefined) return notFound(kind, version === 'policy' ? asked : id);
      return version === 'policy'
        ? policyBundle(base, name, certificate)
        : certificateBundle(base, name, certificate);
    }
    default:
      return kind satisfies never;
  }
}

function list<T>(question: Question, all: T[], item: (one: T) => Content | undefined): Content | Refusal {
  const page = pageOf(all, question.host, question.url);
  if (page === undefined) return badParameter('The value of maxresults must be between 1 and 25.');
  return { value: page.items.map(item), nextLink: page.nextLink };
}

function pick<T extends { version: string }>(versions: T[], version?: string): T | undefined {
  return version === undefined
    ? versions.at(-1)
    : versions.find((one) => one.version === version.toLowerCase());
}

type AnyVersion = ReturnType<VaultStore[Kind]>[number];

function versionsOf(vault: VaultStore, kind: Kind, name: string): AnyVersion[] {
  return vault[kind](name);
}

function isKind(text: string | undefined): text is Kind {
  return text === 'secrets' || text === 'keys' || text === 'certificates';
}

function isRefusal(content: Content | Refusal): content is Refusal {
  return typeof content['status'] === 'number' && typeof content['code'] === 'string';
}
