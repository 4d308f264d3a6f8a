// npm run audit: asks the registry for known vulnerabilities of every package in package-lock.json.
// Exit code 0: it answered and knows of none. 1: it knows of some, listed. 2: it could not be asked, which is not a pass.
import { spawnSync } from 'node:child_process';

const { stdout, stderr, error } = spawnSync('npm', ['audit', '--json'], {
  encoding: 'utf8',
  maxBuffer: 1 << 28,
});
const report = parsed(stdout);
const total = report?.metadata?.vulnerabilities?.total;

if (total === undefined) {
  const why = report?.message ?? report?.error?.summary ?? error?.message ?? stderr.trim().split('\n')[0];
  console.log(`npm audit: NOT RUN, the registry's audit endpoint cannot be reached: ${withoutAddress(why)}`);
  process.exitCode = 2;
} else if (total > 0) {
  for (const { name, severity, range } of Object.values(report.vulnerabilities))
    console.log(`npm audit: ${severity}: ${name} ${range}`);
  console.log(`npm audit: ${total} known vulnerabilities`);
  process.exitCode = 1;
} else {
  console.log(`npm audit: no known vulnerability in ${report.metadata.dependencies.total} packages`);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Registries differ, and some name a password in their address. */
function withoutAddress(text) {
  return String(text).replace(/https?:\/\/\S+/g, '<registry>');
}
