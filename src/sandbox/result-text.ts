/** A program's result for a model, and the files handed on. Pure. */

import { extname } from 'node:path';
import type { Json } from '../base/json.ts';
import { listOf, shorten } from '../base/text.ts';
import type { Ran } from './workspaces.ts';

interface StoredFile {
  name: string;
  type: string;
  size: number;
  hash: string;
}

export interface RunReport {
  /** JSON: `{ stdout, stderr, exit_code, timed_out, truncated, files, notes? }`. */
  text: string;
  /** The same for a person, in a sentence or two. */
  inWords: string;
  files: StoredFile[];
  pictures: StoredFile[];
  kept: StoredFile[];
}

const MOST_PICTURES = 4;
const MOST_LEFT_OUT = 5;
const NOT_FOUND = 127;

export function reportRun(
  ran: Ran,
  id: string,
  more: readonly string[] = [],
  also: Readonly<Record<string, Json>> = {},
): RunReport {
  const files = ran.files.map((file) => ({ ...file, name: baseOf(file.name), type: typeOf(file.name) }));
  const storedStreams = (['stdout', 'stderr'] as const).flatMap((stream) => {
    const { whole } = ran[stream];
    return whole ? [{ ...whole, name: `${stream}-${id}.txt`, type: 'text/plain' }] : [];
  });
  const notes = [...notesOf(ran, storedStreams), ...more];
  // Long fields stand last: a model is shown the beginning of a long result.
  const result = {
    exit_code: ran.exitCode,
    ...also,
    timed_out: ran.timedOut,
    truncated: ran.stdout.isCut || ran.stderr.isCut,
    files: ran.files.map(({ name, size }) => ({ name, size })),
    ...(notes.length > 0 && { notes }),
    stderr: ran.stderr.text,
    stdout: ran.stdout.text,
  };
  const pictures = files.filter(({ name }) => isPicture(name)).slice(0, MOST_PICTURES);
  return { text: JSON.stringify(result), inWords: wordsOf(ran), files, pictures, kept: storedStreams };
}

/** Characters of what it wrote that a person reads. */
const LONGEST_OUTPUT = 300;

function wordsOf({ exitCode, timedOut, stdout, stderr, files }: Ran): string {
  const output = (stdout.text.trim() || stderr.text.trim()).replaceAll(/\s+/g, ' ');
  const outcome = timedOut
    ? 'It took too long and was ended'
    : exitCode === 0
      ? 'It ran'
      : 'It ran and ended with an error';
  const names = files.slice(0, MOST_LEFT_OUT).map(({ name }) => baseOf(name));
  const result = output === '' ? `${outcome}.` : `${outcome}: ${shorten(output, LONGEST_OUTPUT)}`;
  return names.length === 0 ? result : `${result} It made ${listOf(names)}.`;
}

function baseOf(name: string): string {
  return name.split('/').at(-1) || name;
}

function notesOf(ran: Ran, storedStreams: readonly { name: string }[]): string[] {
  const notes: string[] = [];
  if (ran.isRenewed) {
    notes.push(
      'This is a new sandbox: what earlier calls left in the workspace is gone. The files of the message are there.',
    );
  }
  if (ran.oomKilled) notes.push('The memory limit ended a process.');
  if (ran.timedOut) notes.push('It was ended because its time was up.');
  if (ran.exitCode === NOT_FOUND) notes.push('Exit code 127 means that the sandbox has no such program.');
  for (const { name } of storedStreams)
    notes.push(`A stream is kept as a whole: file_read {"path": "${name}"} reads it.`);
  if (ran.leftOutCount > 0) {
    const names = ran.leftOut.slice(0, MOST_LEFT_OUT).map(({ name, why }) => `${name} (${why.replaceAll('_', ' ')})`);
    const more = ran.leftOutCount - names.length;
    notes.push(`Not taken out of the sandbox: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`);
  }
  return notes;
}

const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.pdf': 'application/pdf',
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.txt': 'text/plain',
  '.log': 'text/plain',
  '.md': 'text/markdown',
  '.html': 'text/html',
  '.xml': 'application/xml',
  '.zip': 'application/zip',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.pptx': 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.mp4': 'video/mp4',
  '.ics': 'text/calendar',
};

export function typeOf(name: string): string {
  return TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream';
}

export function isPicture(name: string): boolean {
  return /^image\/(png|jpeg|gif|webp)$/.test(typeOf(name));
}
