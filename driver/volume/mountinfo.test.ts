import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseMountInfo } from './mountinfo.ts';

const entries = parseMountInfo(readFileSync(new URL('./testdata/mountinfo', import.meta.url), 'utf8'));

describe('of a whole file', () => {
  test('every line of the known shape is parsed, and only those', () => {
    expect(entries).toHaveLength(9);
  });

  test.each([
    ['with one optional field', '/', 'ext4', '/dev/sda1'],
    ['with several optional fields', '/run', 'tmpfs', 'tmpfs'],
    ['of this driver', '/var/lib/kubelet/pods/uid/volumes/azure~kv/kv', 'tmpfs', 'keyvault-flexvol'],
    [
      'without optional fields and with every escape',
      '/mnt/with space\ttab\nline\\back',
      'tmpfs',
      'keyvault-flexvol',
    ],
    ['of any script, without a source', '/mnt/tést#鍵 x', 'tmpfs', ''],
    ['with an escape before a digit', '/mnt/bind 5', 'ext4', '/dev/disk/by label'],
    ['with what looks like the separator', '/mnt/odd - dash', 'fuse.s3fs', 'bucket - one'],
  ])('the mount %s', (_, mountPoint, fsType, source) => {
    expect(entries).toContainEqual(expect.objectContaining({ mountPoint, fsType, source }));
  });
});

test('a long line is parsed whole', () => {
  const layers = Array.from({ length: 500 }, (_, index) => `/var/lib/layers/${index}/fs`).join(':');
  expect(parseMountInfo(`9 1 0:9 / /merged rw - overlay overlay rw,lowerdir=${layers}`)).toEqual([
    { device: '0:9', mountPoint: '/merged', fsType: 'overlay', source: 'overlay' },
  ]);
});

test("this process's own mounts are parsed", () => {
  const own = parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'));
  expect(own.find(({ mountPoint }) => mountPoint === '/proc')).toMatchObject({ fsType: 'proc' });
});

test('nothing is found in nothing', () => {
  expect(parseMountInfo('')).toEqual([]);
});
