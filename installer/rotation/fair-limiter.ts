import type { PodOfWork } from '../agent/lane.ts';

/** Runs a task of a pod once it is its turn. */
export type FairLimit = <T>(pod: PodOfWork, task: () => Promise<T>) => Promise<T>;

interface Waiter {
  readonly pod: PodOfWork;
  readonly start: () => void;
}

/**
 * Runs at most so many tasks at once, and of one pod at most half of them. Next is the task of the pod with the fewest
 * running, then of the namespace, then the one that has waited longest.
 */
export function createFairLimiter(parallel: number): FairLimit {
  const mostOfPod = Math.max(1, Math.floor(parallel / 2));
  const waiting: Waiter[] = [];
  const running: PodOfWork[] = [];
  const count = (isMeant: (pod: PodOfWork) => boolean) => running.filter(isMeant).length;
  const ofPod = ({ pod }: Waiter) => count(({ uid }) => uid === pod.uid);
  const ofNamespace = ({ pod }: Waiter) => count(({ namespace }) => namespace === pod.namespace);

  function startNext(): void {
    while (running.length < parallel) {
      let next: Waiter | undefined;
      for (const waiter of waiting) {
        if (ofPod(waiter) >= mostOfPod) continue;
        const isBefore =
          next === undefined ||
          ofPod(waiter) < ofPod(next) ||
          (ofPod(waiter) === ofPod(next) && ofNamespace(waiter) < ofNamespace(next));
        if (isBefore) next = waiter;
      }
      if (next === undefined) return;
      waiting.splice(waiting.indexOf(next), 1);
      running.push(next.pod);
      next.start();
    }
  }

  return async (pod, task) => {
    await new Promise<void>((start) => {
      waiting.push({ pod, start });
      startNext();
    });
    try {
      return await task();
    } finally {
      running.splice(running.indexOf(pod), 1);
      startNext();
    }
  };
}
