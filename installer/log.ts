type Level = 'info' | 'warning' | 'error';

/** Writes one event: its name and its fields, which are chosen by the caller and hold no secret. */
export type Log = (level: Level, event: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log of one JSON document a line. */
export function jsonLog(write: (line: string) => void, now: () => Date): Log {
  return (level, event, fields = {}) => {
    write(`${JSON.stringify({ time: now().toISOString(), level, event, ...fields })}\n`);
  };
}
