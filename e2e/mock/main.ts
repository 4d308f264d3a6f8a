import { parseArguments, USAGE } from './arguments.ts';
import { startMock } from './mock.ts';
import { loadSeed } from './seed.ts';
import { tlsDirectory } from './tls.ts';

async function main(): Promise<void> {
  const { onlyTls, ...options } = parseArguments(process.argv.slice(2), process.env);
  if (onlyTls) {
    const seed = typeof options.seed === 'object' ? options.seed : await loadSeed(options.seed);
    await tlsDirectory(options.tlsDir ?? '', seed);
    return;
  }
  const mock = await startMock(options);
  process.stdout.write(
    `${JSON.stringify({ ready: true, ports: mock.ports, tlsDir: options.tlsDir ?? null })}\n`,
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      mock.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 1;
});
