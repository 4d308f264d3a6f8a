import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { readState } from './state.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'state-'));
  const [kubeconfig, file] = [join(directory, 'kubeconfig'), join(directory, 'state.json')];
  writeFileSync(
    kubeconfig,
    'current-context: kind\ncontexts:\n- name: kind\n  context: {cluster: a, user: b}\n',
  );
  writeFileSync(file, JSON.stringify({ clusterName: 'kind', kubeconfig }));
  vi.stubEnv('E2E_STATE', file);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

test('a case file gets a kubeconfig whose context has the namespace of the file', () => {
  const state = readState('/project/e2e/cases/object-forms.test.ts');
  expect(state).toMatchObject({ clusterName: 'kind', namespace: 'object-forms' });
  expect(parse(readFileSync(state.kubeconfig, 'utf8'))).toEqual({
    'current-context': 'kind',
    contexts: [{ name: 'kind', context: { cluster: 'a', user: 'b', namespace: 'object-forms' } }],
  });
});

test('without a case file the state is as the run wrote it', () => {
  expect(readState()).toEqual({
    clusterName: 'kind',
    kubeconfig: join(directory, 'kubeconfig'),
    namespace: 'default',
  });
});
