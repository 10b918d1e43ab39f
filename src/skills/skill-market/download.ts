import { basename, dirname, isAbsolute } from 'node:path';
import { CodaError } from '../../base/errors.ts';
import { readInside } from '../../base/folders/read.ts';
import { type Egress, isPublic } from '../../egress/index.ts';
import * as texts from './texts.ts';

export type Place = { url: string } | { folder: string; path: string };

/** Address of an index of Agent Skills Discovery, where only a host is named. */
const DISCOVERY_PATH = '/.well-known/agent-skills/index.json';
const REDIRECTS = 3;
const ADDRESS = /^[a-z][a-z0-9+.-]+:/i;

/** The place that a person means. Throws where it is neither an address nor an absolute path. */
export function placeOf(location: string): Place {
  if (ADDRESS.test(location)) {
    const url = addressOf(location);
    if (url.pathname === '/' && url.search === '') url.pathname = DISCOVERY_PATH;
    url.hash = '';
    return { url: url.href };
  }
  if (isAbsolute(location)) return { folder: dirname(location), path: basename(location) };
  throw notThere(location);
}

export const locationOf = (place: Place): string => ('url' in place ? place.url : `${place.folder}/${place.path}`);

export function placeIn(place: Place, reference: string): Place {
  if ('url' in place) return { url: addressOf(reference, place.url).href };
  return ADDRESS.test(reference) ? { url: addressOf(reference).href } : { folder: place.folder, path: reference };
}

export function signaturePlace(place: Place): Place {
  if (!('url' in place)) return { ...place, path: `${place.path}.minisig` };
  const url = new URL(place.url);
  url.pathname = `${url.pathname}.minisig`;
  return { url: url.href };
}

function addressOf(text: string, base?: string): URL {
  try {
    return new URL(text, base);
  } catch {
    throw new CodaError('EGRESS_URL', { message: texts.noAddress(text), remedy: texts.addressRemedy() });
  }
}

/** The bytes at `place`, `maxBytes` of them at most; undefined where there is nothing. */
export async function readPlace(
  egress: Egress,
  place: Place,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Buffer | undefined> {
  if ('url' in place) return fetchBytes(egress, place.url, { maxBytes, signal });
  const result = await readInside(place.folder, place.path, { maxBytes });
  if (!result.ok) {
    if (result.code === 'not_found') return undefined;
    throw new CodaError('SKILL_CATALOG_NOT_FOUND', { message: result.message, remedy: texts.notThereRemedy() });
  }
  if (result.truncated) throw tooLarge(locationOf(place), maxBytes);
  return result.content;
}

async function fetchBytes(
  egress: Egress,
  url: string,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Buffer | undefined> {
  await checkScheme(egress, url);
  const answer = await egress.fetch(url, { signal, limits: { maxBytes, redirects: REDIRECTS } });
  if (!answer.ok) throw new CodaError(answer.code, { message: answer.message, remedy: answer.remedy });
  try {
    await checkScheme(egress, answer.url);
    if (answer.status >= 500) throw awayError(url, answer.status);
    if (answer.status !== 200) return undefined;
    const whole = await answer.bytes();
    if (!whole.ok) throw new CodaError(whole.code, { message: whole.message, remedy: whole.remedy });
    return Buffer.from(whole.bytes);
  } finally {
    answer.close();
  }
}

/** Plain HTTP is for the networks that the owner has listed: on the way from elsewhere anybody could change it. */
async function checkScheme(egress: Egress, url: string): Promise<void> {
  if (new URL(url).protocol === 'https:') return;
  const target = await egress.check(url);
  if (!target.ok) throw new CodaError(target.code, { message: target.message, remedy: target.remedy });
  if (target.addresses.some(isPublic)) {
    throw new CodaError('EGRESS_URL', { message: texts.plainHttp(target.url.hostname), remedy: texts.httpsRemedy() });
  }
}

function awayError(url: string, status: number): CodaError {
  const message = texts.answersWith(new URL(url).hostname, status);
  return new CodaError('EGRESS_UNREACHABLE', { message, remedy: texts.laterRemedy() });
}

function tooLarge(location: string, bytes: number): CodaError {
  return new CodaError('EGRESS_TOO_LARGE', { message: texts.tooLarge(location, bytes), remedy: texts.sizeRemedy() });
}

export function notThere(location: string): CodaError {
  return new CodaError('SKILL_CATALOG_NOT_FOUND', {
    message: texts.notThere(location),
    remedy: texts.notThereRemedy(),
  });
}
