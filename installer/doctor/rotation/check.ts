import { uptime as uptimeOfNode } from 'node:os';
import { askAgentState } from '../../agent-process/ask-state.ts';
import { assessVolumes } from '../../rotation/assess.ts';
import { volumesOn } from '../../run-directory/volumes.ts';
import { spokenDuration } from '../duration.ts';
import type { Finding } from '../finding.ts';
import { readNodeConfig } from '../installed-config.ts';
import type { Scope } from '../scope.ts';
import { agentFindings } from './agent.ts';
import { recordFindings } from './records.ts';
import { signalFindings } from './signals.ts';
import { askingFindings, readingFindings } from './volumes.ts';

/** The rotation of mounted volumes; where it is off, and nobody asks for it, there is nothing to tell. */
export async function checkRotation({ settings }: Scope, uptime = uptimeOfNode()): Promise<Finding[]> {
  const { runDirectory, rotation } = settings;
  const node = readNodeConfig(settings).rotation;
  const { volumes, unreadable } = assessVolumes(runDirectory, node);
  const mounted = (await volumesOn(runDirectory)).flatMap((volume) => (volume.mounted ? [volume.id] : []));
  const present = volumes.filter(({ name }) => mounted.includes(name));
  const findings = [
    ...(await recordFindings(
      runDirectory,
      { recorded: volumes, unreadable, mounted },
      node,
      rotation !== undefined,
    )),
    ...askingFindings(present, node, rotation !== undefined),
    ...readingFindings(present, rotation !== undefined, uptime),
    ...(rotation === undefined ? [] : await agentFindings(runDirectory)),
    ...(rotation === undefined
      ? []
      : signalFindings(
          present,
          rotation.signals,
          rotation.signals ? (await askAgentState(settings))?.maySignal : undefined,
          uptime,
        )),
  ];
  if (findings.length > 0) return findings.map((finding) => ({ check: 'rotation', ...finding }));
  if (rotation === undefined) return [];
  const rotating = present.filter(({ plan }) => plan.rotates);
  const last = Math.max(...rotating.map(({ standing }) => standing.at));
  const read = rotating.length === 0 ? '' : `, the last one read ${spokenDuration(uptime - last)} ago`;
  const found = `volumes that rotate: ${rotating.length} of ${mounted.length}${read}`;
  return [{ check: 'rotation', status: 'ok', found }];
}
