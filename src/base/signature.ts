import { createHmac, timingSafeEqual } from 'node:crypto';

/** `t=<unix seconds>,v1=<hex>` over `<unix seconds>.<body>`: what coda sends, and takes (Stripe's form). */
export function signatureOf(secret: string, body: string | Uint8Array, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1_000);
  return `t=${seconds},v1=${digestOf(secret, seconds, body).toString('hex')}`;
}

function digestOf(secret: string, seconds: number, body: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
}

const STAMP = /^[1-9][0-9]{0,11}$/;
const HEX = /^[0-9a-f]{64}$/i;
/** While a secret is changed, a sender signs with two. */
const MOST_SIGNATURES = 5;

/** Why a signature is not good: `form` of the header, `old` (or from the future), or `wrong`. */
export type BadSignature = 'form' | 'old' | 'wrong';

/** Checks `t=…,v1=…`, with one `t` and one or more `v1`; a stamp may be `toleranceMs` off `now`. Constant time. */
export function checkSigned(
  header: string,
  secret: string,
  body: Uint8Array,
  { now, toleranceMs }: { now: Date; toleranceMs: number },
): BadSignature | undefined {
  const fields = header.split(',').map((field): [string, string] => {
    const [name = '', ...value] = field.split('=');
    return [name.trim(), value.join('=').trim()];
  });
  const named = (wanted: string) => fields.flatMap(([name, value]) => (name === wanted ? [value] : []));
  const [stamp = '', ...stamps] = named('t');
  const signatures = named('v1');
  if (stamps.length > 0 || !STAMP.test(stamp) || signatures.length === 0 || signatures.length > MOST_SIGNATURES) {
    return 'form';
  }
  if (!signatures.every((signature) => HEX.test(signature))) return 'form';
  const expected = digestOf(secret, Number(stamp), body);
  const isGood = signatures.filter((signature) => timingSafeEqual(Buffer.from(signature, 'hex'), expected)).length > 0;
  if (!isGood) return 'wrong';
  // After the signature: an unsigned stamp says nothing.
  return Math.abs(now.getTime() - Number(stamp) * 1_000) > toleranceMs ? 'old' : undefined;
}

/** Checks GitHub's `sha256=<hex>` over the body. Constant time. */
export function checkSha256(header: string, secret: string, body: Uint8Array): BadSignature | undefined {
  const [, hex = ''] = /^sha256=([0-9a-f]{64})$/i.exec(header.trim()) ?? [];
  if (hex === '') return 'form';
  const expected = createHmac('sha256', secret).update(body).digest();
  return timingSafeEqual(Buffer.from(hex, 'hex'), expected) ? undefined : 'wrong';
}
