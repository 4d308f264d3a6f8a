import { afterAll, beforeAll } from 'vitest';
import { removeExample, startExample } from './examples.ts';
import type { EndToEndState } from './state.ts';
import { describeWithVaults, type VaultsUnderTest } from './vaults-under-test.ts';

/** Defines cases about an example of docs/examples while its pod runs: against the mock, and against real vaults. */
export function describeExample(
  state: EndToEndState,
  name: string,
  define: (vaults: VaultsUnderTest) => void,
): void {
  describeWithVaults(state, `docs/examples/${name}.yaml`, (vaults) => {
    beforeAll(() => startExample(state, vaults, name));
    afterAll(() => removeExample(state, vaults, name));
    define(vaults);
  });
}
