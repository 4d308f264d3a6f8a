import { describe, expect, test } from 'vitest';
import {
  CANARY_SECRET,
  type Changes,
  oneFault,
  parse,
  refusal,
  withoutLists,
} from './testing/valid-options.ts';

describe('permissions', () => {
  test.each<[string, Changes, object]>([
    ['are the defaults', {}, { mode: undefined, uid: undefined, gid: undefined }],
    ['are a mode', { filemode: '0440' }, { mode: 0o440, uid: undefined, gid: undefined }],
    ['are a mode of three digits', { filemode: ' 600 ' }, { mode: 0o600, uid: undefined, gid: undefined }],
    ['are owner and group', { fileuser: '1000', filegroup: ' 0 ' }, { mode: undefined, uid: 1000, gid: 0 }],
    ['are the last ids', { fileuser: '4294967294' }, { mode: undefined, uid: 4294967294, gid: undefined }],
    [
      'stand with objects as with the lists',
      { ...withoutLists, objects: '- {name: a}', filemode: '0400' },
      { mode: 0o400, uid: undefined, gid: undefined },
    ],
  ])('%s', async (_, changes, permissions) => {
    expect((await parse(changes)).permissions).toEqual(permissions);
  });

  const user =
    'fileuser: must be a numeric user id, such as "1000": the node knows no names of a container\'s';
  const group =
    'filegroup: must be a numeric group id, such as "1000": the node knows no names of a container\'s';
  test.each<[string, Changes, string]>([
    ['decimal', { filemode: '384' }, 'filemode: "384" must be a mode of 3 or 4 octal digits, such as "0400"'],
    [
      'setgid',
      { filemode: '2750' },
      'filemode: "2750" must not set the setuid, setgid or sticky bit: the files are data, and the volume is mounted nosuid',
    ],
    ['of a user by name', { fileuser: 'www-data' }, user],
    ['of no user', { fileuser: '-1' }, user],
    ['of the user that chown leaves as it is', { fileuser: '4294967295' }, user],
    ['of a group by name', { filegroup: 'wheel' }, group],
    ['of the group that chown leaves as it is', { filegroup: '4294967295' }, group],
    ['of a group in hexadecimal', { filegroup: '0x10' }, group],
  ])('are not %s', async (_, changes, text) => {
    expect(await refusal(changes)).toBe(oneFault(text));
  });
});

describe('the password of PKCS#12', () => {
  const key = 'kubernetes.io/secret/pfxpassword';
  test.each<[string, Changes, string | undefined]>([
    ['is none when the Secret has none', {}, undefined],
    ['is the one of the Secret', { [key]: btoa('s\xc3\xa4sam 1') }, 'säsam 1'],
    ['is none when it is empty', { [key]: '' }, undefined],
    [
      'is there with any identity',
      {
        [key]: btoa('swordfish\n'),
        usepodidentity: 'true',
        'kubernetes.io/secret/clientid': undefined,
        'kubernetes.io/secret/clientsecret': undefined,
      },
      'swordfish',
    ],
  ])('%s', async (_, changes, password) => {
    expect((await parse(changes)).pfxPassword).toBe(password);
  });

  test('is refused when it is no base64, without being told', async () => {
    expect(await refusal({ [key]: CANARY_SECRET })).toBe(
      oneFault("secretRef: the Secret's key pfxpassword is not base64-encoded UTF-8"),
    );
  });

  test('is no option', async () => {
    expect(await refusal({ pfxpassword: CANARY_SECRET })).toBe(
      oneFault(
        '"pfxpassword": is a key of the Secret that secretRef names (kubernetes.io/secret/pfxpassword), not an option',
      ),
    );
  });
});
