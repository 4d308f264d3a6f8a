/** As much of Node's `util` as the sources use. */
export { parseArgs } from './parse-args.ts';

type Callback<T> = (error: Error | null, value: T) => void;

export function promisify<Args extends unknown[], T>(
  call: (...args: [...Args, Callback<T>]) => void,
): (...args: Args) => Promise<T> {
  return (...args) =>
    new Promise((resolve, reject) => {
      call(...args, (error, value) => (error === null ? resolve(value) : reject(error)));
    });
}
