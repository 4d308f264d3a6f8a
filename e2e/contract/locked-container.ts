import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** A PKCS#12 container under a password, in base64, and in PEM what is in it. */
export interface LockedContainer {
  readonly container: string;
  readonly key: string;
  readonly certificate: string;
}

/** Makes one with a key of its own, by openssl. */
export async function lockedContainer(password: string): Promise<LockedContainer> {
  const work = mkdtempSync(join(tmpdir(), 'locked-'));
  try {
    const [key, certificate, container] = ['key', 'certificate', 'container'].map((name) => join(work, name));
    if (!key || !certificate || !container) throw new Error('no paths');
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
    await execa('openssl', ['req', '-x509', ...newKey, '-subj', '/CN=own.example', '-out', certificate]);
    const files = ['-inkey', key, '-in', certificate, '-out', container];
    await execa('openssl', ['pkcs12', '-export', ...files, '-passout', `pass:${password}`]);
    return {
      container: readFileSync(container, 'base64'),
      key: readFileSync(key, 'utf8'),
      certificate: readFileSync(certificate, 'utf8'),
    };
  } finally {
    rmSync(work, { recursive: true });
  }
}
