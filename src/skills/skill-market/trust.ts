/** Compares a catalog with its pinned key, and with what was accepted of it before. Pure. */
import { CodaError } from '../../base/errors.ts';
import type { Catalog } from './catalog.ts';
import { checkSignature, parsePublicKey } from './minisign.ts';
import type { KnownCatalog } from './store.ts';
import * as texts from './texts.ts';

export function keyFor(location: string, keyText: string | undefined, record: KnownCatalog | undefined) {
  const key = keyText === undefined ? undefined : parsePublicKey(keyText);
  if (keyText !== undefined && !key) throw keyRefused();
  if (record?.key != null && key && key.text !== record.key) {
    throw untrustedError(location, texts.otherKey(parsePublicKey(record.key)?.id ?? ''), texts.keyRemedy(location));
  }
  return record?.key ?? key?.text;
}

export function keyRefused(): CodaError {
  return new CodaError('INPUT_INVALID', { message: texts.badKey(), remedy: texts.badKeyRemedy() });
}

const CLOCK_TOLERANCE_MS = 86_400_000;

/** Throws `SKILL_CATALOG_UNTRUSTED` unless `key` has signed these bytes. `signature`: undefined where there is none. */
export function checkSigned(
  { location, bytes, signature }: { location: string; bytes: Uint8Array; signature: string | undefined },
  key: string,
): void {
  const pinned = parsePublicKey(key);
  if (signature === undefined || !pinned)
    throw untrustedError(location, texts.unsignedReason(), texts.signatureRemedy());
  const checked = checkSignature(bytes, signature, pinned);
  if (checked.ok) return;
  if (checked.why === 'key') throw untrustedError(location, texts.otherKey(pinned.id), texts.keyRemedy(location));
  throw untrustedError(location, texts.badSignature[checked.why], texts.signatureRemedy());
}

/** Throws where the catalog is an older one than was seen, of another form, of the future, or past its time. */
export function checkFresh(
  { signed }: Catalog,
  record: KnownCatalog | undefined,
  { location, hash, now }: { location: string; hash: string; now: Date },
): void {
  if (!signed) {
    if (record?.serial != null) throw untrustedError(location, texts.otherForm(), texts.signatureRemedy());
    return;
  }
  const { serial, created, expires } = signed;
  if (created.getTime() > now.getTime() + CLOCK_TOLERANCE_MS) {
    throw untrustedError(location, texts.future(created), texts.clockRemedy());
  }
  if (expires.getTime() <= now.getTime())
    throw untrustedError(location, texts.expiredReason(expires), texts.staleRemedy());
  if (record?.serial == null) return;
  if (serial < record.serial)
    throw untrustedError(location, texts.rolledBack(serial, record.serial), texts.staleRemedy());
  if (serial === record.serial && hash !== record.hash) {
    throw untrustedError(location, texts.twoOfOneSerial(serial), texts.staleRemedy());
  }
}

export function untrustedError(location: string, why: string, remedy: string): CodaError {
  return new CodaError('SKILL_CATALOG_UNTRUSTED', { message: texts.notTrusted(location, why), remedy });
}
