/**
 * Decides whose turn is next at the gate, by the names of the entries alone:
 * `<number>.<namespace>.<pod>.<pid>.<start time>.<count>`, and the same behind a prefix once it is a place. Namespace and
 * pod are hashes, as their text is not the driver's.
 */

/** The part of the places that one pod may have. */
const SHARE_OF_A_POD = 0.5;
/** A place that is taken, and whose it is. */
export interface Place {
  readonly name: string;
  readonly namespace: string;
  readonly pod: string;
}

export function isTicket(name: string): boolean {
  return /^\d+\./.test(name);
}

/** The number of a ticket or place; 0 for anything else. */
export function numberOf(name: string): number {
  return Number(/^(?:[a-z]+\.)?(\d{12})\./.exec(name)?.[1] ?? 0);
}

/** @param prefix of a place */
export function placeOf(name: string, prefix = ''): Place {
  const [, namespace = '', pod = ''] = (prefix === '' ? name : name.slice(prefix.length + 1)).split('.');
  return { name, namespace, pod };
}

/** How many places one pod may have at once. */
export function placesFor(places: number): number {
  return Math.max(1, Math.floor(places * SHARE_OF_A_POD));
}

/**
 * The tickets in the order of their turns, as if no place were given back meanwhile: each time the turn is the pod's with
 * the fewest places, then the namespace's, then the oldest ticket's. The more places a pod has, the later its next turn:
 * its volumes wait for each other, and not in front of other pods.
 * @param most places that one pod may have; its tickets beyond them have no turn yet, and are left out
 */
export function fairOrder(taken: readonly Place[], tickets: readonly string[], most: number): string[] {
  const ofPod = countBy(taken, ({ pod }) => pod);
  const ofNamespace = countBy(taken, ({ namespace }) => namespace);
  const queues = new Map<string, Place[]>();
  for (const name of [...tickets].sort()) {
    const ticket = placeOf(name);
    const key = `${ticket.namespace}.${ticket.pod}`;
    const queue = queues.get(key);
    if (queue === undefined) queues.set(key, [ticket]);
    else queue.push(ticket);
  }
  const order: string[] = [];
  for (;;) {
    let next: Place | undefined;
    for (const [ticket] of queues.values()) {
      if (ticket === undefined || (ofPod.get(ticket.pod) ?? 0) >= most) continue;
      if (next === undefined || isBefore(ticket, next, ofPod, ofNamespace)) next = ticket;
    }
    if (next === undefined) return order;
    const { name, pod, namespace } = next;
    order.push(name);
    queues.get(`${namespace}.${pod}`)?.shift();
    ofPod.set(pod, (ofPod.get(pod) ?? 0) + 1);
    ofNamespace.set(namespace, (ofNamespace.get(namespace) ?? 0) + 1);
  }
}

function isBefore(
  one: Place,
  other: Place,
  ofPod: ReadonlyMap<string, number>,
  ofNamespace: ReadonlyMap<string, number>,
): boolean {
  const byPod = (ofPod.get(one.pod) ?? 0) - (ofPod.get(other.pod) ?? 0);
  if (byPod !== 0) return byPod < 0;
  const byNamespace = (ofNamespace.get(one.namespace) ?? 0) - (ofNamespace.get(other.namespace) ?? 0);
  return byNamespace === 0 ? one.name < other.name : byNamespace < 0;
}

function countBy(places: readonly Place[], keyOf: (place: Place) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const place of places) counts.set(keyOf(place), (counts.get(keyOf(place)) ?? 0) + 1);
  return counts;
}
