/** What a program may be told by after a rotation: each by its name in signal(7). */
const rotationSignals = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGTERM'] as const;
export type RotationSignal = (typeof rotationSignals)[number];

/** With or without SIG, in any case; undefined when it is none of them. */
export function parseRotationSignal(text: string): RotationSignal | undefined {
  const name = `SIG${text.trim().toUpperCase().replace(/^SIG/, '')}`;
  return rotationSignals.find((signal) => signal === name);
}
