import { systemCode } from './errors.ts';

export interface ReachTrouble {
  code: string;
  says: string;
  remedy: string;
}

interface Rule {
  /** Codes of OpenSSL and Node (nodejs.org/api/tls.html#x509-certificate-error-codes). */
  codes: readonly string[];
  code: string;
  says: string;
  remedy: string;
}

const RULES: readonly Rule[] = [
  {
    codes: [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'CERT_UNTRUSTED',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    code: 'TLS_UNTRUSTED',
    says: 'has a certificate of an authority that this machine does not know',
    remedy:
      'Where that authority is your own (a private CA, or a proxy that opens TLS), start coda with ' +
      'NODE_EXTRA_CA_CERTS=/path/to/ca.pem in its environment; it is read at the start only.',
  },
  {
    codes: ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'],
    code: 'TLS_EXPIRED',
    says: 'has a certificate that is not valid at this time',
    remedy: 'Renew the server’s certificate, or set this machine’s clock (timedatectl set-ntp true).',
  },
  {
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'],
    code: 'TLS_NAME',
    says: 'has a certificate for another name',
    remedy: 'Use the name that stands in the certificate, or have one made for this name.',
  },
];

export function reachTrouble(error: unknown): ReachTrouble | undefined {
  const codes = codesOf(error, 0);
  const rule = RULES.find((each) => codes.some((code) => each.codes.includes(code)));
  return rule && { code: rule.code, says: rule.says, remedy: rule.remedy };
}

/** Clients put the system’s error into one of their own, and some only its code into their message. */
function codesOf(error: unknown, depth: number): string[] {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const { cause, original, message } = error as { cause?: unknown; original?: unknown; message?: unknown };
  const code = systemCode(error);
  const named = typeof message === 'string' ? (message.match(/\b[A-Z][A-Z_]{9,}\b/g) ?? []) : [];
  return [...(code === undefined ? [] : [code]), ...named, ...codesOf(cause ?? original, depth + 1)];
}
