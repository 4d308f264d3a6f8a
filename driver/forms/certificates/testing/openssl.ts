import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** A certificate and its key, as PEM. */
export interface Identity {
  readonly key: string;
  readonly certificate: string;
}

/** A temporary directory to run openssl in. */
export class Workshop {
  readonly #directory: string;
  #files = 0;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(): Promise<Workshop> {
    return new Workshop(await mkdtemp(join(tmpdir(), 'certificates-')));
  }

  async close(): Promise<void> {
    await rm(this.#directory, { recursive: true });
  }

  /** Writes a file and answers its path. */
  async file(content: string | Uint8Array): Promise<string> {
    const path = join(this.#directory, `file-${this.#files++}`);
    await writeFile(path, content);
    return path;
  }

  /** What openssl writes to stdout; `{out}` in an argument is a file whose bytes are answered instead. */
  async run(args: readonly string[], input?: string | Uint8Array): Promise<Buffer> {
    const out = join(this.#directory, `out-${this.#files++}`);
    const { stdout } = await execa(
      'openssl',
      args.map((arg) => (arg === '{out}' ? out : arg)),
      { encoding: 'buffer', stripFinalNewline: false, ...(input === undefined ? {} : { input }) },
    );
    return args.includes('{out}') ? readFileSync(out) : Buffer.from(stdout);
  }

  async text(args: readonly string[], input?: string | Uint8Array): Promise<string> {
    return (await this.run(args, input)).toString();
  }

  /** A private key as PKCS#8 PEM: `rsa`, or the name of a curve. */
  async key(kind: string): Promise<string> {
    const options = kind === 'rsa' ? ['RSA'] : ['EC', '-pkeyopt', `ec_paramgen_curve:${kind}`];
    return this.text(['genpkey', '-algorithm', ...options]);
  }

  /**
   * A certificate for a key, by an issuer or self-signed; `identifiers` are those of its key and its issuer's,
   * `options` are further ones of `openssl req`.
   */
  async certify(
    name: string,
    key: string,
    issuer?: Identity,
    { authority = false, identifiers = true, days = 30, options = [] as readonly string[] } = {},
  ): Promise<Identity> {
    const extensions = [
      ...(authority ? ['basicConstraints=critical,CA:TRUE'] : []),
      ...(identifiers ? ['subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid'] : []),
    ];
    const by = issuer
      ? ['-CA', await this.file(issuer.certificate), '-CAkey', await this.file(issuer.key)]
      : [];
    const certificate = await this.text([
      ...['req', '-x509', '-new', '-key', await this.file(key), '-subj', name, '-days', String(days)],
      ...options,
      // What openssl's own configuration adds would make every certificate an authority.
      ...['-config', await this.file('[req]\ndistinguished_name=dn\nx509_extensions=x\n[dn]\n[x]\n')],
      ...extensions.flatMap((extension) => ['-addext', extension]),
      ...by,
    ]);
    return { key, certificate };
  }

  /** A PKCS#12 container, in the order openssl writes: the certificate, then `others`. */
  async pkcs12(
    identity: Partial<Identity>,
    others: readonly string[],
    options: readonly string[] = ['-passout', 'pass:'],
  ): Promise<Buffer> {
    const certificates = `${identity.certificate ?? ''}${others.join('')}`;
    const key = identity.key ? ['-inkey', await this.file(identity.key)] : ['-nokeys'];
    return this.run([
      ...['pkcs12', '-export', '-in', await this.file(certificates), ...key],
      ...options,
      ...['-out', '{out}'],
    ]);
  }
}

/** The blocks of a PEM text with their labels, to compare with. */
export function blocksOf(pem: string): string[] {
  return pem.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----\n/g) ?? [];
}
