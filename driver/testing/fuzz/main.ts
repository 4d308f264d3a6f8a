/**
 * Feeds hostile input to what reads others' texts: most of it in this process, some thousands to the built executable.
 * What was tried and found goes to dist/security/fuzz.json.
 *
 *   node driver/testing/fuzz/main.ts [inputs] [seed]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { areas } from './areas.ts';
import { executableArea } from './executable.ts';

interface AreaResult {
  readonly area: string;
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
  readonly faulty: number;
  readonly seconds: number;
  readonly findings: readonly { readonly finding: string; readonly input: string }[];
}

const EXECUTABLE_RUNS = 2500;
/** So many different ones are told of each area. */
const MAX_FINDINGS = 10;
const [inputs = 1_100_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number);

const begun = performance.now();
const plan = [
  ...areas.map(({ area, share }) => ({ area, runs: Math.ceil(inputs * share) })),
  { area: executableArea, runs: Math.min(EXECUTABLE_RUNS, Math.ceil(inputs / 100)) },
];
const results: AreaResult[] = [];
for (const { area, runs } of plan) {
  const from = performance.now();
  const counts = { accepted: 0, refused: 0, faulty: 0 };
  const findings = new Map<string, string>();
  await area.run({
    seed,
    runs,
    onOutcome: (outcome) => {
      counts[outcome] += 1;
    },
    onFinding: (error, input) => {
      counts.faulty += 1;
      const text = `${error.name}: ${error.message}`.slice(0, 300);
      if (findings.size < MAX_FINDINGS && !findings.has(text))
        findings.set(text, String(JSON.stringify(input)).slice(0, 2000));
    },
  });
  const seconds = Math.round((performance.now() - from) / 100) / 10;
  const inputs = counts.accepted + counts.refused + counts.faulty;
  console.log(
    `${area.name.padEnd(26)} ${String(inputs).padStart(8)} inputs, ${counts.accepted} accepted, ${counts.faulty} faulty, ${seconds} s`,
  );
  for (const [finding, input] of findings) console.log(`  ${finding}\n    ${input}`);
  results.push({
    area: area.name,
    inputs,
    ...counts,
    seconds,
    findings: [...findings].map(([finding, input]) => ({ finding, input })),
  });
  writeReport();
}
const found = results.reduce((sum, { findings }) => sum + findings.length, 0);
if (found > 0) process.exitCode = 1;

/** After each area, so that a run that is cut short has told what it did. */
function writeReport(): void {
  const report = {
    command: `node driver/testing/fuzz/main.ts ${inputs} ${seed}`,
    date: new Date().toISOString(),
    seed,
    isComplete: results.length === plan.length,
    inputs: results.reduce((sum, result) => sum + result.inputs, 0),
    seconds: Math.round((performance.now() - begun) / 1000),
    findings: results.reduce((sum, { findings }) => sum + findings.length, 0),
    areas: results,
  };
  mkdirSync('dist/security', { recursive: true });
  writeFileSync('dist/security/fuzz.json', `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`${report.inputs} inputs in ${report.seconds} s, ${report.findings} findings; seed ${seed}`);
}
