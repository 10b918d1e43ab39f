/** Answers over HTTP, read as those of a program are: the SDK waits for what it cannot read. */
import { readLines } from '../../../base/lines.ts';
import { ended, type IsAsked, messagesIn, unreadable } from './messages.ts';

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** `fetch` whose answers of the server at `url` are messages of the protocol. */
export function readable(fetch: Fetch, url: URL, isAsked: IsAsked): Fetch {
  return async (asked, init) => {
    const response = await fetch(asked, init);
    if (new URL(asked).href !== url.href || !response.ok || !response.body) return response;
    const [type = ''] = (response.headers.get('content-type') ?? '').trim().toLowerCase().split(/[;\s]/);
    const { status, headers } = response;
    const ids = idsIn(init?.body);
    if (type === 'application/json') {
      return new Response(wholeOf(await response.text(), ids, isAsked), { status, headers });
    }
    if (type !== 'text/event-stream') return response;
    const body = ReadableStream.from(eventsOf(response.body, ids, isAsked)) as ReadableStream<Uint8Array>;
    return new Response(body, { status, headers });
  };
}

function wholeOf(text: string, ids: readonly unknown[], isAsked: IsAsked): string {
  const messages = messagesIn(text, isAsked);
  const answered = messages.map((message) => ('id' in message ? message.id : undefined));
  const missing = ids.filter((id) => isAsked(id) && !answered.includes(id as never));
  const all = [...messages, ...missing.map(unreadable)];
  return JSON.stringify(all.length === 1 ? all[0] : all);
}

/** A longer line ends the connection. Bytes. */
const LONGEST_LINE = 8 * 1024 * 1024;

/** The events of a stream with one message each; what was asked for in vain is told at its end. */
async function* eventsOf(body: AsyncIterable<Uint8Array>, ids: readonly unknown[], isAsked: IsAsked) {
  let event: string[] = [];
  let isResumable = false;
  for await (const line of readLines(body, LONGEST_LINE)) {
    if (!('text' in line)) throw new Error('it sent what is no text, or more than 8 MB at once');
    if (line.text !== '') event.push(line.text);
    isResumable ||= line.text.startsWith('id:');
    if (line.text !== '' || event.length === 0) continue;
    yield Buffer.from(eventOf(event, isAsked));
    event = [];
  }
  // On a resumable stream the answer may still come.
  for (const id of isResumable ? [] : ids.filter(isAsked)) yield Buffer.from(`data: ${JSON.stringify(ended(id))}\n\n`);
}

function eventOf(lines: readonly string[], isAsked: IsAsked): string {
  const isData = (line: string) => line.startsWith('data:');
  const isMessage = lines.some(isData) && lines.every((line) => !/^event:(?! ?message$)/.test(line));
  if (!isMessage) return `${lines.join('\n')}\n\n`;
  const text = lines.flatMap((line) => (isData(line) ? line.slice(5) : [])).join('\n');
  const head = lines.filter((line) => !isData(line));
  const events = messagesIn(text, isAsked).map((message) => `data: ${JSON.stringify(message)}\n\n`);
  return [...head, ''].join('\n') + (events.length === 0 ? '\n' : events.join(''));
}

/** The ids of what a request asks. */
function idsIn(body: unknown): unknown[] {
  if (typeof body !== 'string') return [];
  try {
    const sent: unknown = JSON.parse(body);
    return [sent].flat().flatMap((each) => (each as { id?: unknown } | null)?.id ?? []);
  } catch {
    return [];
  }
}
