import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { consoleAdapter } from '../../../src/adapters/console/index.ts';
import { SystemClock } from '../../../src/base/clock.ts';
import { readLines } from '../../../src/base/lines.ts';
import { silentLog } from '../../../src/base/log.ts';
import { openArtifacts } from '../../../src/storage/index.ts';
import { type ConnectedAdapter, chatAdapterContract, untilHeard } from '../../support/chat-adapter-contract.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingInbox } from '../../support/inbox.ts';

interface Line {
  type: string;
  id: string;
  conversation?: string;
  text?: string;
  buttons?: { id: string; label: string }[];
  in_reply_to?: string | null;
  files?: { name: string; path: string }[];
}

chatAdapterContract('console', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'coda-console-'));
  const artifacts = await openArtifacts(dataDir);
  const adapter = consoleAdapter({
    log: silentLog(),
    clock: new SystemClock(),
    artifacts,
    dataDir,
    seat: '6f1c2d3e-0000-4000-8000-000000000001',
    about: { name: 'coda', version: '1', hint: '', commands: [] },
  });
  const { inbox, ...recorded } = recordingInbox();
  const { heard } = recorded;
  const stop = new AbortController();
  await adapter.start(inbox, () => {}, stop.signal);
  const [input, output] = [new PassThrough(), new PassThrough()];
  const lines: Line[] = [];
  void adapter.attach({ input, output });
  void (async () => {
    for await (const line of readLines(output, 10_000_000)) if ('text' in line) lines.push(JSON.parse(line.text));
  })();
  await eventually(() => lines.length > 0);
  const write = (line: object) => void input.write(`${JSON.stringify(line)}\n`);
  let count = 0;
  let said: { text: string; id: string };
  let pressed = '';
  return {
    adapter,
    recorded,
    place: { adapter: 'console', channel: 'main', space: 'terminal', kind: 'dm' },
    async say(text) {
      said = { text, id: `line-${++count}` };
      await untilHeard(recorded, text, () => write(said));
    },
    artifacts,
    async send(text, files) {
      const before = heard.length;
      const sent = files.map(({ bytes, ...file }) => ({ ...file, base64: bytes.toString('base64') }));
      input.write(`${JSON.stringify({ text, files: sent })}\n`);
      await eventually(() => heard.length > before);
    },
    async press(label) {
      const before = heard.length;
      const buttons = lines.flatMap((line) => line.buttons ?? []);
      pressed = `line-${++count}`;
      write({ press: buttons.findLast((each) => each.label === label)?.id, id: pressed });
      await eventually(() => heard.length > before);
    },
    redeliver: async () => write(said),
    amend: undefined,
    isAcknowledged: () => lines.some(({ type, in_reply_to: to }) => type === 'done' && to === pressed),
    countMarks: undefined,
    async shown() {
      // Whatever was written before this line has been read when it comes back.
      const marker = { type: 'typing', conversation: `marker-${Math.random()}` };
      adapter.showTyping?.({ adapter: 'console', channel: marker.conversation, space: 'terminal', kind: 'dm' });
      await eventually(() => lines.some(({ conversation }) => conversation === marker.conversation));
      return reader(lines);
    },
    async close() {
      stop.abort();
      await adapter.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}, ['changes', 'looking back', 'links', 'marks']);

/** What somebody who follows the lines sees in the end. */
function reader(lines: readonly Line[]) {
  const shown = new Map<string, Awaited<ReturnType<ConnectedAdapter['shown']>>[number]>();
  for (const { type, id, conversation, text, buttons = [], files = [] } of lines) {
    if (conversation !== 'main') continue;
    if (type === 'delete') shown.delete(id);
    else if (text !== undefined) {
      const given = files.map(({ name, path }) => ({ name, bytes: () => readFile(path) }));
      shown.set(id, { text, buttons: buttons.map(({ label }) => label), files: given });
    }
  }
  return [...shown.values()];
}
