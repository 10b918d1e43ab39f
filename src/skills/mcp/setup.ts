/** The card of a server that others run: its address, and its key. A program as a server is written into the file by hand. */
import { version } from '../../base/root.ts';
import type { SetupAnswers, SetupCard, SetupDeps, SetupVerdict } from '../../chat/index.ts';
import { verdictsOf } from './check.ts';
import { config, type ServerSettings } from './config.ts';
import { Connection, type Listing } from './connection.ts';
import { setupTexts } from './texts.ts';
import { FloodGauge, GaugedTransport } from './wire/flood.ts';
import { httpTransport } from './wire/http.ts';

const PLACE = ['mcp', 'servers', ':name'];
const LONGEST_CALL_MS = 60_000;

export const setup: SetupCard = {
  id: 'mcp',
  title: setupTexts.title,
  about: setupTexts.about,
  docs: 'docs/mcp.md',
  place: PLACE,
  fields: [
    {
      key: 'name',
      label: setupTexts.name,
      hint: setupTexts.nameUse,
      kind: 'text',
      explainMalformed: (value) =>
        /^[a-z][a-z0-9-]{0,31}$/.test(value) && value !== 'mcp' ? undefined : setupTexts.notName,
    },
    { key: 'url', label: setupTexts.url, hint: setupTexts.urlPlace, kind: 'url', path: [...PLACE, 'url'] },
    {
      key: 'key',
      label: setupTexts.key,
      hint: setupTexts.keyPlace,
      kind: 'secret',
      isOptional: true,
      path: [...PLACE, 'headers', 'Authorization'],
      written: 'Bearer :value',
      env: 'MCP_:name_KEY',
      isOwnVariable: true,
    },
  ],
  check: checkServer,
};

async function checkServer({ name = '', url, key }: SetupAnswers, deps: SetupDeps): Promise<SetupVerdict> {
  const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  const read = config.schema.safeParse({ servers: { [name]: { url, headers } } });
  const settings = read.success ? read.data.servers[name] : undefined;
  if (!settings) return { ok: false, field: 'url', says: setupTexts.notAddress };
  let listing: Listing | undefined;
  const connection = connectionTo({ name, settings }, deps, (first) => {
    listing ??= first;
  });
  try {
    await connection.start();
    const server = { connection, listing: listing ?? NOTHING, offers: [], waiting: [], problems: [], changed: NONE };
    const [wrong] = connection.state.kind === 'ready' ? [] : verdictsOf(name, server);
    if (!wrong && listing) return { ok: true, says: setupTexts.offers(listing.tools.length), notes: [] };
    const says = wrong?.says ?? setupTexts.silent(name);
    return { ok: false, field: /\b40[13]\b/.test(says) ? 'key' : 'url', says, remedy: setupTexts.remedy };
  } finally {
    await connection.close();
  }
}

const NOTHING: Listing = { tools: [], prompts: [], hasResources: false };
const NONE: ReadonlySet<string> = new Set();

function connectionTo(
  { name, settings }: { name: string; settings: ServerSettings },
  { world, egress }: SetupDeps,
  onListing: (listing: Listing) => void,
): Connection {
  return new Connection({
    name,
    settings,
    world,
    version: version(),
    longestCallMs: LONGEST_CALL_MS,
    async open() {
      const gauge = new FloodGauge();
      const deps = { egress, isAsked: gauge.isAsked, signedIn: undefined, longestMs: LONGEST_CALL_MS };
      return new GaugedTransport(await httpTransport(settings, deps), gauge);
    },
    onListing: async (listing) => onListing(listing),
  });
}
