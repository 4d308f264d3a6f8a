import { type NodeRotation, rotationIntervalOf } from '../../../driver/options/rotation.ts';
import type { AssessedVolume } from '../../rotation/assess.ts';
import { bootId } from '../../rotation/boot-id.ts';
import { type Reason, reasons } from '../../rotation/plan.ts';
import { nextAt, shareOf } from '../../rotation/slots.ts';
import { spokenDuration } from '../duration.ts';
import { named, type Told } from './told.ts';

/** So long it may take until a vault that was away is asked again; what lasts longer is told as a warning. */
const LONG_FAILURE_SECONDS = 3600;
/** A volume with what was known of old is tried again within half a minute. */
const LONG_STALE_SECONDS = 600;
/** Volumes wait for each other: four are read at a time, each for a minute at most. */
const LONG_OVERDUE_SECONDS = 900;

/** Volumes that ask to rotate and stay as they are. */
export function askingFindings(
  volumes: readonly AssessedVolume[],
  node: NodeRotation,
  isOn: boolean,
): Told[] {
  const asking = volumes.filter(({ record }) => rotationIntervalOf(record.rotation, node) !== 'off');
  if (!isOn) {
    if (asking.length === 0) return [];
    const found = `${named(asking)} of those mounted ask to rotate, and nothing on this node does that`;
    return [{ status: 'note', found, todo: 'agent.enabled and agent.rotation.enabled of the chart' }];
  }
  const lists = volumes.filter(({ plan }) => !plan.rotates && plan.why === 'list-not-default');
  const staying = asking.flatMap((volume) => (volume.plan.rotates ? [] : [{ volume, why: volume.plan.why }]));
  const findings = [...Map.groupBy(staying, ({ why }) => why)].map(([why, those]): Told => {
    const of = those.map(({ volume }) => volume);
    return { status: 'warning', found: `${named(of)}: to rotate, but ${reasons[why]}`, ...wayOut(why, of) };
  });
  if (lists.length === 0) return findings;
  const found = `${named(lists)} stay as they are: ${reasons['list-not-default']}`;
  return [...findings, { status: 'note', found, todo: 'docs/rotation.md#why-does-it-not-rotate' }];
}

function wayOut(why: Reason, volumes: readonly AssessedVolume[]): { todo?: string } {
  switch (why) {
    case 'secret-not-kept':
      return { todo: 'set agent.rotation.keepServicePrincipals: true of the chart, then restart the pods' };
    case 'token-not-seen': {
      const directories = new Set(volumes.map(({ record }) => podsDirectoryOf(record.target)));
      return { todo: `set agent.rotation.kubeletPodsDirectory: ${[...directories].join(' or ')}` };
    }
    case 'secret-left-out':
    case 'secret-not-for-rotation':
    case 'proxy-left-out':
    case 'arc-key-not-seen':
      return { todo: 'docs/rotation.md#what-is-kept-on-the-node' };
    case 'not-asked':
    case 'list-not-default':
    case 'off':
    case 'pinned':
      return {};
  }
}

/** kubelet's directory of all pods, of `<pods>/<uid>/volumes/<driver>/<name>`. */
function podsDirectoryOf(target: string): string {
  return target.split('/').slice(0, -4).join('/');
}

/** Volumes that were not read as they should have been. */
export function readingFindings(volumes: readonly AssessedVolume[], isOn: boolean, uptime: number): Told[] {
  const stale = volumes.filter(({ standing }) => standing.awaitsFresh);
  const old = stale.filter(({ record }) => uptime - record.mountedUptime >= LONG_STALE_SECONDS);
  const findings = old.length === 0 ? [] : [staleFinding(old, isOn, uptime)];
  if (!isOn) return findings;
  const failing = volumes.filter(({ state }) => state?.failure !== undefined);
  const overdue = volumes.filter((volume) => overdueSeconds(volume, uptime) >= LONG_OVERDUE_SECONDS);
  for (const [code, those] of Map.groupBy(failing, ({ state }) => state?.failure?.code ?? ''))
    findings.push(failureFinding(code, those, uptime));
  if (overdue.length > 0) {
    const seconds = Math.max(...overdue.map((volume) => overdueSeconds(volume, uptime)));
    const found = `${named(overdue)} should have been read ${spokenDuration(seconds)} ago`;
    const todo =
      'see the log of the container "agent" for rotation-broken and agent-failed; delete the installer\'s pod of this node';
    findings.push({ status: 'warning', found, todo });
  }
  return findings;
}

function staleFinding(volumes: readonly AssessedVolume[], isOn: boolean, uptime: number): Told {
  const since = Math.min(...volumes.map(({ record }) => record.mountedUptime));
  const found = `${named(volumes)} started with what was known of old, and could not be read for ${spokenDuration(uptime - since)} since`;
  const todo = isOn
    ? 'see "installer status" for the reason'
    : 'nothing on this node reads them again: agent.rotation.enabled of the chart, or restart the pods';
  return { status: 'warning', found, todo };
}

function failureFinding(code: string, volumes: readonly AssessedVolume[], uptime: number): Told {
  const since = Math.min(...volumes.map(({ state }) => state?.failure?.sinceUptime ?? uptime));
  const seconds = uptime - since;
  const found = `${code} for ${spokenDuration(seconds)}: ${named(volumes)} could not be read again, and ${volumes.length === 1 ? 'keeps its' : 'keep their'} files`;
  const isSecret = code === 'CredentialRejected' && volumes.some(({ record }) => record.secret === 'kept');
  const restart = isSecret ? 'once the Secret has a valid value, restart the pods; ' : '';
  return {
    status: seconds < LONG_FAILURE_SECONDS ? 'note' : 'warning',
    found,
    todo: `${restart}docs/troubleshooting.md#${code.toLowerCase()}; "installer status" has the whole message`,
  };
}

function overdueSeconds({ plan, standing }: AssessedVolume, uptime: number): number {
  return plan.rotates ? uptime - nextAt(standing, plan.intervalSeconds, shareOf(bootId())) : 0;
}
