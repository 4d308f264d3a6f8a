import { copyFileSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { type AzureProcess, startAzure } from '../e2e/lab/azure.ts';
import { Kubelet, mountsWith, type PodVolume } from '../e2e/lab/kubelet.ts';
import { loadSeed } from '../e2e/mock/seed.ts';
import { type AzureControl, controlAzure } from './azure-control.ts';
import { type Measurement, measuredCallOut } from './measured-process.ts';
import { buildNativePrograms } from './native/programs.ts';
import { MOST_OBJECTS, secretNames, type Volumes, volumesOf } from './volumes.ts';

/** A node with the driver and the floor beside it, and a mock of Azure in a process of its own. */
export interface Scene {
  readonly kubelet: Kubelet;
  readonly azure: AzureProcess;
  readonly control: AzureControl;
  readonly volumes: Volumes;
  /** The bare minimum of a mount: bench/native/floor. */
  readonly floor: string;
  /** A program of C that does nothing: what `init` cannot go below. */
  empty(): Promise<Measurement>;
  /** @param program the driver unless named */
  init(program?: string): Promise<Measurement>;
  /** Makes the directory as kubelet does, then measures the program's `mount`. */
  mount(program: string, volume: PodVolume): Promise<Measurement>;
  /** @param program the driver unless named */
  unmount(volume: PodVolume, program?: string): Promise<Measurement>;
  /** Puts another executable beside the driver, with the same node configuration. Returns its path. */
  install(name: string, executable: string): string;
  /** Takes away what the floor has mounted. */
  clear(volume: PodVolume): Promise<void>;
  close(): Promise<void>;
}

export async function setScene(): Promise<Scene> {
  mkdirSync('dist/bench', { recursive: true });
  const programs = await buildNativePrograms(`${process.cwd()}/dist/bench`);
  const root = mkdtempSync(join(tmpdir(), 'bench-'));
  const azure = await startAzure(root);
  const control = controlAzure(azure);
  for (const name of secretNames(MOST_OBJECTS)) await control.addSecret(name);
  const kubelet = await Kubelet.create(root, { caBundle: azure.caPem });
  // It reads the node configuration beside it, as the driver does.
  const floor = join(dirname(kubelet.driver), 'floor');
  copyFileSync(programs.floor, floor);
  const run = (program: string, ...args: string[]) => measuredCallOut(programs.launch, [program, ...args]);
  return {
    kubelet,
    azure,
    control,
    volumes: volumesOf(await loadSeed(), kubelet),
    floor,
    empty: () => run(programs.empty, 'init'),
    init: (program = kubelet.driver) => run(program, 'init'),
    async mount(program, volume) {
      mkdirSync(kubelet.directoryOf(volume), { recursive: true, mode: 0o750 });
      return run(program, ...kubelet.argumentsOf('mount', volume));
    },
    unmount: (volume, program = kubelet.driver) => run(program, ...kubelet.argumentsOf('unmount', volume)),
    install(name, executable) {
      const path = join(dirname(kubelet.driver), name);
      copyFileSync(executable, path);
      return path;
    },
    clear: async (volume) => void (await execa('umount', [kubelet.directoryOf(volume)])),
    async close() {
      await azure.stop();
      // A run that failed half-way leaves its volumes, which would keep the directory from being removed.
      for (const mount of [...mountsWith(root), ...mountsWith('keyvault-flexvol')])
        await execa('umount', ['--lazy', mount.split(' ')[1] ?? ''], { reject: false });
      kubelet.remove();
    },
  };
}

/** What the kernel would give to new programs without swapping, in megabytes. */
export function availableMegabytes(): number {
  return Number(/^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) / 1000;
}
