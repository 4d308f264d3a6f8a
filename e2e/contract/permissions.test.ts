import { chmodSync, lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mountsWith } from '../lab/kubelet.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();

const matrix = [
  { fsGroup: undefined, readOnly: true, file: '100644 0:0', root: '40755 0:0' },
  { fsGroup: undefined, readOnly: false, file: '100644 0:0', root: '40755 0:0' },
  { fsGroup: 2000, readOnly: true, file: '100640 0:2000', root: '40755 0:2000' },
  { fsGroup: 2000, readOnly: false, file: '100640 0:2000', root: '42775 0:2000' },
];

test.each(matrix)(
  'fsGroup $fsGroup, readOnly $readOnly: file $file, root $root',
  async ({ fsGroup, readOnly, file, root }) => {
    const volume = volumeOf(scene, `permissions-${fsGroup}-${readOnly}`, {
      readOnly,
      ...(fsGroup === undefined ? {} : { fsGroup }),
      options: { keyvaultobjectaliases: 'sub/plain' },
    });
    expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
    const directory = scene.kubelet.directoryOf(volume);
    const plain = join(directory, '..data', 'sub', 'plain');
    expect(permissionsOf(plain)).toBe(file);
    expect(permissionsOf(directory)).toBe(root);
    expect(permissionsOf(join(directory, '..data', 'sub'))).toBe(`40755 0:${fsGroup ?? 0}`);

    const [mount = ''] = mountsWith(directory);
    const [source, , type, flags = ''] = mount.split(' ');
    expect([source, type]).toEqual(['keyvault-flexvol', 'tmpfs']);
    expect(flags.split(',')).toEqual(
      expect.arrayContaining([readOnly ? 'ro' : 'rw', 'nosuid', 'nodev', 'noexec']),
    );
    if (readOnly) expect(() => writeFileSync(join(directory, 'new'), '')).toThrow('EROFS');
    else chmodSync(plain, 0o600);
    await scene.kubelet.unmount(volume);
  },
);

test('nobody but root can reach a volume through the staging directory', async () => {
  const volume = volumeOf(scene, 'staging');
  await scene.kubelet.mount(volume);
  for (const directory of [
    '/run/keyvault-flexvol',
    '/run/keyvault-flexvol/volumes',
    '/run/keyvault-flexvol/locks',
  ]) {
    expect(permissionsOf(directory)).toBe('40700 0:0');
  }
  await scene.kubelet.unmount(volume);
});

function permissionsOf(path: string): string {
  const { mode, uid, gid } = lstatSync(path);
  return `${mode.toString(8)} ${uid}:${gid}`;
}
