import { describe, expect, test } from 'vitest';
import type { Finding } from './finding.ts';
import { jsonReport, textReport } from './report.ts';

describe('the report', () => {
  const findings: Finding[] = [
    { check: 'driver', status: 'ok', found: 'it is there' },
    { check: 'NMI', status: 'note', found: 'unseen', todo: 'nothing' },
    { check: 'clock', status: 'fault', found: 'wrong', todo: 'mend it' },
  ];
  test('is a line a finding for people, and what to do below it', () => {
    expect(textReport('1.2.3', findings).split('\n')).toEqual([
      'keyvault-flexvol 1.2.3 on this node',
      '',
      'ok       driver  it is there',
      'note     NMI     unseen',
      '                 → nothing',
      'fault    clock   wrong',
      '                 → mend it',
      '',
      'Faults: 1, warnings: 0.',
      '',
    ]);
  });
  test('says the gravest first for programs', () => {
    expect(JSON.parse(jsonReport('1.2.3', findings))).toEqual({
      version: '1.2.3',
      status: 'fault',
      checks: findings,
    });
  });
});
