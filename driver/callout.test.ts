import { describe, expect, test } from 'vitest';
import { type CallOutPorts, runCallOut } from './callout.ts';
import { DriverError } from './errors.ts';
import { defaultNodeConfig } from './nodeconfig/node-config.ts';
import { validOptions } from './options/testing/valid-options.ts';
import type { FoundObject, ObjectReader, Volume, VolumeFile, VolumeForm, VolumeStore } from './ports.ts';
import { beginReading } from './read-volume.ts';

const TARGET = '/var/lib/kubelet/pods/uid/volumes/azure~kv/kv';
const OPTIONS = JSON.stringify(validOptions);

/** A node with one volume in memory: what the store and the vault are to a call-out. */
class FakeNode implements CallOutPorts {
  published: { files: readonly VolumeFile[]; form: VolumeForm } | undefined;
  readonly targets: string[] = [];
  reads = 0;
  opened: string[] = [];

  readonly reader: ObjectReader = {
    read: async ({ items }) => {
      this.reads++;
      return items.map(({ vault, source }) => [secretOf(vault, source.kind === 'named' ? source.name : '')]);
    },
  };

  readonly #volume: Volume = {
    isPublished: () => this.published !== undefined,
    publish: async (files, form) => {
      this.published = { files, form };
    },
    remove: async () => {
      this.published = undefined;
    },
  };

  readonly store: VolumeStore = {
    withVolume: async (target, _signal, action) => {
      this.targets.push(target);
      return action(this.#volume);
    },
  };

  async mountPorts() {
    this.opened.push('mountPorts');
    return {
      volumes: this.store,
      begin: (document: string) =>
        beginReading(document, { nodeConfig: defaultNodeConfig, readerFor: () => this.reader }),
      self: { environment: { proxy: {} }, driverVersion: '1.2.3' },
    };
  }

  volumes() {
    this.opened.push('volumes');
    return this.store;
  }
}

function secretOf(vault: string, name: string): FoundObject {
  const unknown = { notBefore: undefined, expires: undefined, created: undefined, updated: undefined };
  return {
    vault,
    name,
    version: '0'.repeat(32),
    content: { type: 'secret', value: `value of ${name}`, contentType: undefined },
    attributes: { contentType: undefined, tags: {}, ...unknown },
  };
}

const never = new AbortController().signal;

describe('init', () => {
  test('tells every capability, as absent ones default to true in kubelet, and touches nothing', async () => {
    const node = new FakeNode();
    expect(await runCallOut(['init'], node, never)).toEqual({
      status: 'Success',
      capabilities: {
        attach: false,
        selinuxRelabel: false,
        fsGroup: false,
        supportsMetrics: false,
        requiresFSResize: false,
      },
    });
    expect(node.opened).toEqual([]);
  });
});

describe('mount', () => {
  test('publishes the objects as files', async () => {
    const node = new FakeNode();
    expect(await runCallOut(['mount', TARGET, OPTIONS], node, never)).toEqual({ status: 'Success' });
    expect(node.targets).toEqual([TARGET]);
    expect(node.published?.files.map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)])).toEqual([
      ['db-password', 'value of db-password'],
    ]);
  });

  test.each<[string, Record<string, string>, VolumeForm]>([
    [
      'read-only without an fsGroup',
      {},
      { readOnly: true, fileMode: 0o644, uid: 0, gid: 0, rootMode: 0o755 },
    ],
    [
      'read-only with an fsGroup',
      { 'kubernetes.io/mounterArgs.FsGroup': '2000' },
      { readOnly: true, fileMode: 0o640, uid: 0, gid: 2000, rootMode: 0o755 },
    ],
    [
      'writable without an fsGroup',
      { 'kubernetes.io/readwrite': 'rw' },
      { readOnly: false, fileMode: 0o644, uid: 0, gid: 0, rootMode: 0o755 },
    ],
    [
      'writable with an fsGroup',
      { 'kubernetes.io/readwrite': 'rw', 'kubernetes.io/mounterArgs.FsGroup': '2000' },
      { readOnly: false, fileMode: 0o640, uid: 0, gid: 2000, rootMode: 0o2775 },
    ],
    [
      'a group of its own, which stands in for the fsGroup',
      { filegroup: '3000', 'kubernetes.io/mounterArgs.FsGroup': '2000' },
      { readOnly: true, fileMode: 0o640, uid: 0, gid: 3000, rootMode: 0o755 },
    ],
    [
      'writable with a group of its own',
      { filegroup: '3000', 'kubernetes.io/readwrite': 'rw' },
      { readOnly: false, fileMode: 0o640, uid: 0, gid: 3000, rootMode: 0o2775 },
    ],
    [
      'the group of root asked for, whatever the fsGroup',
      { filegroup: '0', 'kubernetes.io/mounterArgs.FsGroup': '2000' },
      { readOnly: true, fileMode: 0o640, uid: 0, gid: 0, rootMode: 0o755 },
    ],
    [
      'an owner and a mode of its own',
      { fileuser: '1000', filemode: '0400' },
      { readOnly: true, fileMode: 0o400, uid: 1000, gid: 0, rootMode: 0o755 },
    ],
    [
      'a mode of its own with an fsGroup',
      { filemode: '0444', 'kubernetes.io/mounterArgs.FsGroup': '2000' },
      { readOnly: true, fileMode: 0o444, uid: 0, gid: 2000, rootMode: 0o755 },
    ],
  ])('gives a volume its form: %s', async (_, changes, form) => {
    const node = new FakeNode();
    await runCallOut(['mount', TARGET, JSON.stringify({ ...validOptions, ...changes })], node, never);
    expect(node.published?.form).toEqual(form);
  });

  test('gives a file the mode of its object', async () => {
    const node = new FakeNode();
    const { keyvaultobjectnames, keyvaultobjecttypes, ...others } = validOptions;
    const objects = '- {name: a, mode: "0400"}\n- {name: b}';
    await runCallOut(['mount', TARGET, JSON.stringify({ ...others, objects })], node, never);
    expect(node.published?.files.map(({ path, mode }) => [path, mode])).toEqual([
      ['a', 0o400],
      ['b', undefined],
    ]);
  });

  test('leaves a published volume as it is, without asking the vault', async () => {
    const node = new FakeNode();
    await runCallOut(['mount', TARGET, OPTIONS], node, never);
    const first = node.published;
    expect(await runCallOut(['mount', TARGET, OPTIONS], node, never)).toEqual({ status: 'Success' });
    expect(node.published).toBe(first);
    expect(node.reads).toBe(1);
  });

  test('publishes nothing when the options are wrong', async () => {
    const node = new FakeNode();
    const json = JSON.stringify({ ...validOptions, keyvaultname: '' });
    expect(await runCallOut(['mount', TARGET, json], node, never)).toEqual({
      status: 'Failure',
      message:
        "OptionsInvalid: the volume's options have 1 fault: keyvaultname: is missing; name the vault to read from",
    });
    expect([node.published, node.reads, node.targets]).toEqual([undefined, 0, []]);
  });

  test('publishes nothing when an object cannot be read', async () => {
    const node = new FakeNode();
    node.reader.read = async () => {
      throw new DriverError('ObjectNotFound', 'secret "db-password" does not exist');
    };
    expect(await runCallOut(['mount', TARGET, OPTIONS], node, never)).toEqual({
      status: 'Failure',
      message: 'ObjectNotFound: secret "db-password" does not exist',
    });
    expect(node.published).toBeUndefined();
  });

  test('publishes nothing when the reader answers fewer objects than asked for', async () => {
    const node = new FakeNode();
    node.reader.read = async () => [];
    expect(await runCallOut(['mount', TARGET, OPTIONS], node, never)).toMatchObject({
      status: 'Failure',
      message: expect.stringContaining('Internal: the driver failed unexpectedly (RangeError)'),
    });
    expect(node.published).toBeUndefined();
  });
});

describe('unmount', () => {
  test('removes the volume, with nothing but the store opened', async () => {
    const node = new FakeNode();
    node.published = { files: [], form: { readOnly: true, fileMode: 0, uid: 0, gid: 0, rootMode: 0 } };
    expect(await runCallOut(['unmount', TARGET], node, never)).toEqual({ status: 'Success' });
    expect(await runCallOut(['unmount', TARGET], node, never)).toEqual({ status: 'Success' });
    expect([node.published, node.opened]).toEqual([undefined, ['volumes', 'volumes']]);
  });
});

describe('a call-out with the wrong number of arguments fails', () => {
  test.each([
    [['mount'], 'expected "mount <directory> <options as JSON>", but there were 0 arguments'],
    [['mount', TARGET], 'expected "mount <directory> <options as JSON>", but there were 1 arguments'],
    [
      ['mount', TARGET, '/dev/sdb', OPTIONS],
      'expected "mount <directory> <options as JSON>", but there were 3 arguments',
    ],
    [['unmount'], 'expected "unmount <directory>", but there were 0 arguments'],
    [['unmount', TARGET, 'x'], 'expected "unmount <directory>", but there were 2 arguments'],
  ])('%j', async (args, message) => {
    const node = new FakeNode();
    expect(await runCallOut(args, node, never)).toEqual({
      status: 'Failure',
      message: `CallOutInvalid: ${message}`,
    });
    expect(node.opened).toEqual([]);
  });
});

describe('any other call-out is not supported', () => {
  test.each([
    'attach',
    'detach',
    'waitforattach',
    'isattached',
    'mountdevice',
    'unmountdevice',
    'getvolumename',
    'expandvolume',
    'expandfs',
    'INIT',
    'constructor',
  ])('%s', async (callOut) => {
    expect(await runCallOut([callOut, TARGET, '{}'], new FakeNode(), never)).toEqual({
      status: 'Not supported',
      message: `this driver has no call-out "${callOut}"`,
    });
  });

  test('none at all', async () => {
    expect(await runCallOut([], new FakeNode(), never)).toEqual({
      status: 'Not supported',
      message: 'this driver has no call-out ""',
    });
  });
});

describe('a call-out never throws, but fails', () => {
  test.each<[string, unknown, string]>([
    ['when a port cannot be made', new DriverError('NodeConfigInvalid', 'bad'), 'NodeConfigInvalid: bad'],
    [
      'when something unforeseen is thrown, whose text is not told',
      new Error('canary'),
      "Internal: the driver failed unexpectedly (Error); please report this with the driver's version",
    ],
    [
      'when no error is thrown',
      'canary',
      "Internal: the driver failed unexpectedly (string); please report this with the driver's version",
    ],
  ])('%s', async (_, thrown, message) => {
    const node = new FakeNode();
    node.mountPorts = async () => {
      throw thrown;
    };
    expect(await runCallOut(['mount', TARGET, OPTIONS], node, never)).toEqual({ status: 'Failure', message });
  });

  test('for the reason of the abort, when that is why something threw', async () => {
    const node = new FakeNode();
    const controller = new AbortController();
    node.store.withVolume = async () => {
      controller.abort(new DriverError('DeadlineExceeded', 'took too long'));
      throw new DOMException('This operation was aborted', 'AbortError');
    };
    expect(await runCallOut(['unmount', TARGET], node, controller.signal)).toEqual({
      status: 'Failure',
      message: 'DeadlineExceeded: took too long',
    });
  });

  test('for its own reason, when that is known better than the abort', async () => {
    const node = new FakeNode();
    const controller = new AbortController();
    node.reader.read = async () => {
      controller.abort(new DriverError('DeadlineExceeded', 'took too long'));
      throw new DriverError('IdentityNotAssigned', 'no identity yet');
    };
    expect(await runCallOut(['mount', TARGET, OPTIONS], node, controller.signal)).toEqual({
      status: 'Failure',
      message: 'IdentityNotAssigned: no identity yet',
    });
  });
});
