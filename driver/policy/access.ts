import { expandBraces, parseGlob } from '../keyvault/glob.ts';
import type { Identity } from '../options/identity.ts';
import type { NamedObject, ObjectForm, ObjectType, Selection, VolumeItem } from '../options/items.ts';
import type { MountRequest } from '../options/volume-options.ts';

/** Who asks, which kubelet says, and by which identity, which the pod's author chose. */
export interface Asker {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly identity: Identity['kind'];
}

/** The part of an item that says what is asked for. */
export interface AskedItem extends Pick<VolumeItem, 'vault' | 'fallbackVault' | 'source'> {
  readonly form: Pick<ObjectForm, 'type'>;
}

/** What is asked for: an object of a vault, or all of its objects whose names match. */
export interface Asked {
  readonly vault: string;
  readonly type: ObjectType;
  /** A name, or a glob without braces. */
  readonly names: string;
}

/** The pod is the one that kubelet names (options/keys.ts), in an inline volume and through a claim alike. */
export function askerOf({ pod, identity }: Pick<MountRequest, 'pod' | 'identity'>): Asker {
  return { namespace: pod.namespace, serviceAccount: pod.serviceAccountName, identity: identity.kind };
}

/**
 * Everything a volume could read, each once: of the fallback vault too, as nobody knows beforehand which one will
 * answer; and of a selection all that it could match, so that a decision tells nothing of what a vault holds.
 */
export function askedOf(items: readonly AskedItem[]): Asked[] {
  const asked = new Map<string, Asked>();
  for (const { vault, fallbackVault, form, source } of items) {
    for (const one of fallbackVault === undefined ? [vault] : [vault, fallbackVault]) {
      for (const names of namesOf(source)) {
        const access = { vault: one, type: form.type, names };
        asked.set(JSON.stringify(access).toLowerCase(), access);
      }
    }
  }
  return [...asked.values()];
}

/** Tags only narrow a selection down. */
function namesOf(source: NamedObject | Selection): readonly string[] {
  return source.kind === 'named' ? [source.name] : alternativesOf(source.name ?? '*');
}

/** A glob's alternatives, which may be allowed by different rules. What is no glob stays as it is: no rule covers it. */
export function alternativesOf(glob: string): readonly string[] {
  const expanded = expandBraces(glob);
  return typeof expanded === 'string' ? [glob] : expanded;
}

/** What is wrong with a name or glob over names; undefined for nothing. */
export function faultOfNames(glob: string): string | undefined {
  const parsed = parseGlob(glob);
  return typeof parsed === 'string' ? parsed : undefined;
}
