import { describe, expect, test } from 'vitest';
import { validOptions } from '../options/testing/valid-options.ts';
import { parseVolumeOptions } from '../options/volume-options.ts';
import { askedForBy } from '../read-volume.ts';
import { CallOutRecorder } from './call-out-recorder.ts';

/** A recorder, and a clock that goes only when told. */
function recorderWithClock() {
  let now = 1000;
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { recorder: new CallOutRecorder(() => now), pass };
}

describe('phases', () => {
  test('that did not begin are not there', () => {
    expect(recorderWithClock().recorder.recorded().durations).toEqual({});
  });

  test('add up when they come again', () => {
    const { recorder, pass } = recorderWithClock();
    for (const duration of [3, 4]) {
      const waited = recorder.start('wait');
      pass(duration);
      waited();
      pass(100);
    }
    expect(recorder.recorded().durations).toEqual({ wait: 7 });
  });

  test('give their time to one that begins within them, in whatever order they end', () => {
    const { recorder, pass } = recorderWithClock();
    const fetched = recorder.start('fetch');
    pass(1);
    const got = recorder.start('token');
    pass(20);
    fetched();
    pass(300);
    got();
    pass(4000);
    expect(recorder.recorded().durations).toEqual({ fetch: 1, token: 320 });
  });

  test('end once, though told so twice', () => {
    const { recorder, pass } = recorderWithClock();
    const written = recorder.start('write');
    pass(5);
    written();
    const mounted = recorder.start('mount');
    written();
    pass(6);
    mounted();
    expect(recorder.recorded().durations).toEqual({ write: 5, mount: 6 });
  });

  test('that still run count until the call-out is told of', () => {
    const { recorder, pass } = recorderWithClock();
    recorder.start('token');
    pass(110_000);
    expect(recorder.recorded().durations).toEqual({ token: 110_000 });
  });
});

test('requests are those to vaults of the cloud, or for tokens, each by the status of its answer', async () => {
  const { recorder } = recorderWithClock();
  recorder.asked(askedForBy(await parseVolumeOptions(JSON.stringify(validOptions), {})));
  for (const status of [200, 200, 429, undefined]) {
    recorder.requested('https://testkv.vault.azure.net/secrets/a?api-version=7.5', status);
  }
  recorder.requested('https://login.microsoftonline.com/tenant/oauth2/v2.0/token', 200);
  recorder.requested('https://vault.azure.net.attacker.example/', undefined);
  expect(recorder.recorded()).toMatchObject({
    vaultRequests: { 200: 2, 429: 1, none: 1 },
    tokenRequests: { 200: 1, none: 1 },
  });
});
