import type { Breathe, Compute } from '../../driver/ports.ts';

/** Whose work it is: what one pod asks for is done in its own share of the time. */
export interface PodOfWork {
  readonly uid: string;
  readonly namespace: string;
}

/** A computation holds the thread no longer than this where it can be interrupted. */
const SLICE_MS = 4;
/** A shorter one is not worth a rest. */
const SHORT_MS = 2;
/** What a mount computes of a volume in this time waits for no turn: most are read in less. */
const FREE_MS = 4;
/** Parsing a larger document may take longer than that, and cannot be interrupted. */
const FREE_DOCUMENT_CHARACTERS = 16 * 1024;
/** After it so many times as long is left to everything else: the lane has a quarter of the thread at most. */
const REST = 3;
/** Longest rest. A piece of work that cannot be interrupted is bounded where it is made. */
const LONGEST_REST_MS = 5000;
/** After this time the milliseconds that a pod has used count half as much. */
const HALVED_AFTER_MS = 10_000;
/** Pods and namespaces whose share is known; those that had least are forgotten beyond it. */
const MAX_KNOWN = 2000;

interface Waiter {
  readonly pod: PodOfWork;
  readonly go: () => void;
}

interface Spent {
  readonly milliseconds: number;
  readonly at: number;
}

/**
 * The agent has one thread, and answers drivers by it. Everything else that takes long goes through this lane: one piece at
 * a time, a few milliseconds each, and a rest after each piece in which drivers are answered. The next piece is that of the
 * pod that has had the least time, then of the namespace: one pod's many or costly volumes wait behind those of others.
 */
export class Lane {
  readonly #now: () => number;
  readonly #waiting: Waiter[] = [];
  readonly #spent = new Map<string, Spent>();
  #isTaken = false;
  #startedAt = 0;
  #restsUntil = 0;
  #isWaking = false;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns a function that runs a pod's computations in this lane; it throws the signal's reason on abort. */
  computeFor(pod: PodOfWork, signal: AbortSignal): Compute {
    return async (task) => {
      await this.#enter(pod, signal);
      let isInside = true;
      const breathe: Breathe = () => {
        if (this.#now() - this.#startedAt < SLICE_MS) return undefined;
        this.#leave(pod);
        isInside = false;
        return this.#enter(pod, signal).then(() => {
          isInside = true;
        });
      };
      try {
        return await task(breathe);
      } finally {
        if (isInside) this.#leave(pod);
      }
    };
  }

  /**
   * As `computeFor`, for a driver that waits: what takes a few milliseconds is done at once, and only what takes longer goes
   * on in the lane.
   * @param documentLength of the volume's options, in characters
   */
  computeForMount(pod: PodOfWork, documentLength: number, signal: AbortSignal): Compute {
    const inLane = this.computeFor(pod, signal);
    if (documentLength > FREE_DOCUMENT_CHARACTERS) return inLane;
    return async (task) => {
      signal.throwIfAborted();
      const startedAt = this.#now();
      // Set once the task goes on in the lane.
      let lane: { readonly breathe: Breathe; readonly leave: () => void } | undefined;
      const enter = () =>
        new Promise<void>((resolve, reject) => {
          inLane(
            (breathe) =>
              new Promise<void>((leave) => {
                lane = { breathe, leave };
                resolve();
              }),
          ).catch(reject);
        });
      const breathe: Breathe = () => {
        if (lane !== undefined) return lane.breathe();
        const ran = this.#now() - startedAt;
        if (ran < FREE_MS) return undefined;
        this.#charge(`pod ${pod.uid}`, ran);
        this.#charge(`namespace ${pod.namespace}`, ran);
        return enter();
      };
      try {
        return await task(breathe);
      } finally {
        lane?.leave();
      }
    };
  }

  async #enter(pod: PodOfWork, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const end = () => {
        const index = this.#waiting.indexOf(waiter);
        if (index >= 0) this.#waiting.splice(index, 1);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        pod,
        go: () => {
          signal.removeEventListener('abort', end);
          resolve();
        },
      };
      signal.addEventListener('abort', end);
      this.#waiting.push(waiter);
      this.#wake();
    });
  }

  #leave(pod: PodOfWork): void {
    const now = this.#now();
    const ran = now - this.#startedAt;
    this.#charge(`pod ${pod.uid}`, ran);
    this.#charge(`namespace ${pod.namespace}`, ran);
    this.#isTaken = false;
    this.#restsUntil = ran < SHORT_MS ? now : now + Math.min(ran * REST, LONGEST_REST_MS);
    this.#wake();
  }

  /** Never at once: whatever else is ready to run goes first. */
  #wake(): void {
    if (this.#isTaken || this.#isWaking || this.#waiting.length === 0) return;
    this.#isWaking = true;
    const start = () => {
      this.#isWaking = false;
      this.#startNext();
    };
    const rest = this.#restsUntil - this.#now();
    if (rest > 0) setTimeout(start, rest);
    else setImmediate(start);
  }

  #startNext(): void {
    let next: Waiter | undefined;
    for (const waiter of this.#waiting) if (next === undefined || this.#isBefore(waiter, next)) next = waiter;
    if (next === undefined) return;
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    this.#isTaken = true;
    this.#startedAt = this.#now();
    next.go();
  }

  #isBefore({ pod: one }: Waiter, { pod: other }: Waiter): boolean {
    const byPod = this.#had(`pod ${one.uid}`) - this.#had(`pod ${other.uid}`);
    if (Math.abs(byPod) >= SHORT_MS) return byPod < 0;
    return this.#had(`namespace ${one.namespace}`) < this.#had(`namespace ${other.namespace}`) - SHORT_MS;
  }

  #had(key: string): number {
    const { milliseconds, at } = this.#spent.get(key) ?? { milliseconds: 0, at: 0 };
    return milliseconds * 0.5 ** ((this.#now() - at) / HALVED_AFTER_MS);
  }

  #charge(key: string, milliseconds: number): void {
    const had = this.#had(key);
    this.#spent.delete(key);
    this.#spent.set(key, { milliseconds: had + milliseconds, at: this.#now() });
    for (const oldest of this.#spent.keys()) {
      if (this.#spent.size <= MAX_KNOWN) break;
      this.#spent.delete(oldest);
    }
  }
}
