/**
 * Makes the figures of docs/performance.md, between their markers, and the pictures beside it from dist/bench/:
 *
 *   node bench/report/main.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Origin, readResults } from '../results.ts';
import { plotsOf } from './plots.ts';
import {
  agentTable,
  callOutTable,
  identitiesTable,
  kubeletTable,
  requestsTable,
  stormTable,
  table,
} from './tables.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');
const page = join(docs, 'performance.md');
const { callOuts, storm, growth, installer, footprint, kubelet, kubeletByAgent, agent } = readResults();

const sections: Record<string, string | undefined> = {
  'call-outs':
    callOuts &&
    `${said(callOuts.origin, `${callOuts.runs} runs each: median (10th to 90th percentile)`)}\n\n${callOutTable(callOuts.rows)}`,
  identities: callOuts && identitiesTable(callOuts.rows),
  requests: callOuts && requestsTable(callOuts.requests),
  storm: storm && `${said(storm.origin, 'one run each')}\n\n${stormTable(storm.rows)}`,
  growth:
    growth && said(growth.origin, `${growth.runs} runs each: median, and 10th to 90th percentile as a band`),
  installer:
    installer &&
    `${said(installer.origin, `over ${installer.rest.seconds} s with ${installer.rest.probes} probes`)}\n\n${table(
      ['RSS, MB', 'PSS, MB', 'private, MB', 'CPU, ms'],
      [
        [
          installer.rest.rssMegabytes.toFixed(1),
          installer.rest.pssMegabytes.toFixed(1),
          installer.rest.privateMegabytes.toFixed(1),
          installer.rest.cpuMilliseconds.toFixed(0),
        ],
      ],
    )}`,
  footprint:
    footprint &&
    table(
      ['', 'unpacked, MB', 'compressed by gzip, MB'],
      [
        ['driver', footprint.driverMegabytes.toFixed(1), footprint.driverGzipMegabytes.toFixed(1)],
        ...(footprint.imageMegabytes === undefined
          ? []
          : [['image', footprint.imageMegabytes.toFixed(1), footprint.imageGzipMegabytes?.toFixed(1) ?? '']]),
      ],
    ),
  agent: agent && `${said(agent.origin, 'median (10th to 90th percentile)')}\n\n${agentTable(agent.rows)}`,
  kubelet: kubelet && `${said(kubelet.origin, '')}\n\n${kubeletTable(kubelet.rows)}`,
  'kubelet by the agent':
    kubeletByAgent &&
    `${said(kubeletByAgent.origin, '')}\n\n${kubeletTable(kubeletByAgent.rows)}\n\nAfterwards the installer's container has a working set of ${kubeletByAgent.memory.workingSetMegabytes.toFixed(0)} MB and ${kubeletByAgent.memory.residentMegabytes.toFixed(0)} MB of its own, without pages of files, by kubelet's account of its cgroup.`,
};

let text = readFileSync(page, 'utf8');
for (const [name, content] of Object.entries(sections)) if (content) text = replaced(text, name, content);
writeFileSync(page, text);
for (const [name, picture] of Object.entries(plotsOf(readResults())))
  writeFileSync(join(docs, name), picture);

function said({ command, date, machine, versions }: Origin, how: string): string {
  return `\`${command}\`, ${date}; ${machine}; ${versions}${how ? `; ${how}` : ''}.`;
}

/** @throws when the page lacks the marker */
function replaced(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- figures: ${name} -->\\n)[^]*?(<!-- end of figures -->)`);
  if (!pattern.test(text)) throw new Error(`docs/performance.md has no place for the figures "${name}"`);
  return text.replace(pattern, (_, begin: string, end: string) => `${begin}\n${content}\n\n${end}`);
}
