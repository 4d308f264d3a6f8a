import type { Finding, Status } from './finding.ts';

/** For people: a line a finding, what to do below it, and the sum. */
export function textReport(version: string, findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, status, found, todo }) => {
    const line = `${status.padEnd('warning'.length)}  ${check.padEnd(width)}  ${found}`;
    return todo === undefined ? [line] : [line, `${' '.repeat('warning'.length + width + 4)}→ ${todo}`];
  });
  return `keyvault-flexvol ${version} on this node\n\n${lines.join('\n')}\n\n${sum(findings)}\n`;
}

/** For programs: `{version, status, checks: [{check, status, found, todo?}]}`. */
export function jsonReport(version: string, findings: readonly Finding[]): string {
  return `${JSON.stringify({ version, status: worst(findings), checks: findings }, undefined, 2)}\n`;
}

/** @returns the gravest status there is */
export function worst(findings: readonly Finding[]): Status {
  const order: readonly Status[] = ['fault', 'warning', 'note'];
  return order.find((status) => findings.some((finding) => finding.status === status)) ?? 'ok';
}

function sum(findings: readonly Finding[]): string {
  const count = (status: Status) => findings.filter((finding) => finding.status === status).length;
  const [faults, warnings] = [count('fault'), count('warning')];
  if (faults + warnings === 0) return 'No fault was found.';
  return `Faults: ${faults}, warnings: ${warnings}.`;
}
