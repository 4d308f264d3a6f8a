import type { ImportCertificateOptions } from '@azure/keyvault-certificates';
import type { VaultClients } from './clients.ts';
import type { ExampleCertificate, ExampleObjects } from './objects.ts';

/** Puts the objects into a vault; where one exists already it gets a new version. */
export async function fillVault(clients: VaultClients, objects: ExampleObjects): Promise<void> {
  for (const [name, { value, ...options }] of Object.entries(objects.secrets))
    await clients.secrets.setSecret(name, value, options);
  for (const [name, { kty }] of Object.entries(objects.keys)) await clients.keys.createKey(name, kty);
  for (const [name, certificate] of Object.entries(objects.certificates))
    await importCertificate(clients, name, certificate);
}

/**
 * Deletes the objects, and nothing else, from a vault, and purges them where the vault and the permissions allow it;
 * otherwise the vault keeps them as deleted until their retention ends. Missing ones are passed over.
 */
export async function emptyVault(
  { secrets, keys, certificates }: VaultClients,
  objects: ExampleObjects,
  intervalInMs = 2000,
): Promise<void> {
  const poll = { intervalInMs };
  for (const name of Object.keys(objects.certificates))
    await remove(
      () => certificates.beginDeleteCertificate(name, poll),
      () => certificates.purgeDeletedCertificate(name),
    );
  for (const name of Object.keys(objects.secrets))
    await remove(
      () => secrets.beginDeleteSecret(name, poll),
      () => secrets.purgeDeletedSecret(name),
    );
  for (const name of Object.keys(objects.keys))
    await remove(
      () => keys.beginDeleteKey(name, poll),
      () => keys.purgeDeletedKey(name),
    );
}

/** Imports a certificate with its private key. */
async function importCertificate(
  { certificates }: VaultClients,
  name: string,
  { secret, contentType }: Pick<ExampleCertificate, 'secret' | 'contentType'>,
): Promise<void> {
  const bytes = Buffer.from(secret, contentType === 'application/x-pem-file' ? 'utf8' : 'base64');
  // @azure/keyvault-certificates 4.10 reads `policy` for itself but sends only `certificatePolicy`
  const options: ImportCertificateOptions & { certificatePolicy: object } = {
    policy: { contentType, issuerName: 'Unknown', subject: '' },
    certificatePolicy: { secretProperties: { contentType } },
    preserveCertificateOrder: true,
  };
  await certificates.importCertificate(name, bytes, options);
}

type Deletion = { pollUntilDone(): Promise<unknown> };

async function remove(begin: () => Promise<Deletion>, purge: () => Promise<unknown>): Promise<void> {
  try {
    await (await begin()).pollUntilDone();
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    return;
  }
  await purge().catch((error: unknown) => {
    // 403: no permission, or purge protection; 409: the vault is still busy deleting
    if (statusOf(error) !== 403 && statusOf(error) !== 409) throw error;
  });
}

function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number }).statusCode;
}
