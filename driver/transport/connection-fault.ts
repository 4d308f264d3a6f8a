import { systemCode } from '../errors.ts';

const OUT_OF_DESCRIPTORS =
  'the driver is out of file descriptors; raise the limit of kubelet (LimitNOFILE) or of the node';

const explanations: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be resolved on this node',
  EAI_AGAIN: 'its name cannot be resolved on this node at the moment',
  EAI_FAIL: 'its name cannot be resolved, as the name server of this node fails',
  ESERVFAIL: 'its name cannot be resolved, as the name server of this node fails',
  EAI_NODATA: 'its name has no address',
  ENODATA: 'its name has no address',
  ETIMEOUT: 'its name cannot be resolved, as the name server of this node does not answer',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no route to it from this node',
  ENETUNREACH: 'there is no route to it from this node',
  EPIPE: 'the connection was closed',
  EMFILE: OUT_OF_DESCRIPTORS,
  ENFILE: OUT_OF_DESCRIPTORS,
  ERR_SOCKET_CLOSED: 'the connection was closed',
  ANSWER_TOO_LARGE: 'its answer is larger than 1 MiB; something else may have answered in its place',
  ERR_HTTP_ANSWER: 'its answer is not HTTP; something else may have answered in its place',
  ERR_SSL_PROTOCOL: 'it does not speak TLS 1.2 or 1.3; something else may have answered in its place',
  CERT_SIGNATURE_UNSUPPORTED:
    'its TLS certificate is signed by an algorithm that the driver does not know; use RSA, or ECDSA on P-256 or P-384',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its TLS certificate is for another host; with a private endpoint, check the private DNS zone',
  CERT_HAS_EXPIRED: "its TLS certificate has expired; check the node's clock",
  CERT_NOT_YET_VALID: "its TLS certificate is not valid yet; check the node's clock",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its TLS certificate is of an unknown authority; set caBundle in the node configuration',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its TLS certificate is of an unknown authority; set caBundle in the node configuration',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its TLS certificate is of an unknown authority; set caBundle in the node configuration',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is self-signed; set caBundle in the node configuration',
};

/** Why a host was not reached, for people, with the system's own code: `the connection was refused (ECONNREFUSED)`. */
export function describeConnectionFault(error: unknown): string {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const code = systemCode(current);
    // A ProxyFault, of which the HTTP client keeps code and text; the text is ours (tunnel.ts).
    if (code.startsWith('PROXY_')) return `${current.message} (${code})`;
    const explanation = Object.hasOwn(explanations, code) ? explanations[code] : undefined;
    if (explanation !== undefined) return `${explanation} (${code})`;
  }
  return `the connection failed (${systemCode(error)})`;
}

/** Faults of name, route and connection. One of the certificate is not among them: whoever has that is reached. */
const passing: ReadonlySet<string> = new Set([
  'CLOSED',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENODATA',
  'ENOTFOUND',
  'EPIPE',
  'ERR_SOCKET_CLOSED',
  'ESERVFAIL',
  'ESOCKETTIMEDOUT',
  'ETIMEDOUT',
  'ETIMEOUT',
]);

/** May the same connection succeed a moment later? Not when a certificate is wrong or a proxy refuses. */
export function isPassingFault(error: unknown): boolean {
  const code = systemCode(error);
  return passing.has(code.replace(/^PROXY_/, '')) || code.startsWith('PROXY_HTTP_5');
}
