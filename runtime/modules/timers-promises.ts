import { clearTimeout, setImmediate as runSoon, setTimeout as startTimeout } from '../globals/timers.ts';

/** As much of Node's `timers/promises` as the driver uses. */
export function setTimeout(
  milliseconds: number,
  value?: undefined,
  { signal, ref = true }: { signal?: AbortSignal; ref?: boolean } = {},
): Promise<undefined> {
  if (signal?.aborted) return Promise.reject(abortError(signal));
  return new Promise((resolve, reject) => {
    const timeout = startTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    }, milliseconds);
    if (!ref) timeout.unref();
    const onAbort = () => {
      clearTimeout(timeout);
      reject(abortError(signal as AbortSignal));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Fulfilled once what is ready now has had its turn. */
export function setImmediate(): Promise<void> {
  return new Promise((resolve) => void runSoon(resolve));
}

function abortError({ reason }: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: reason });
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' });
}
