/**
 * A database as years leave it: people who come back now and then, each with a direct conversation, and all that their messages
 * wrote. Generated on the server; ids, keys and sizes are those that the daemon writes.
 */
import type pg from 'pg';

export interface Years {
  /** Rows of `messages`: half of them people's, half of them answers. */
  messages: number;
  people: number;
}

const WORDS = 20_000;
const SENTENCES = 20_000;
const YEARS = 4;

/**
 * The ids of `base/ids.ts`, milliseconds and then randomness: what those of one instant begin with, and one of them. Written out: a
 * function would take half of the whole time.
 */
const clock = (at: string) =>
  `(select substr(ms, 1, 8) || '-' || substr(ms, 9) || '-7' as clock
      from (select lpad(to_hex((extract(epoch from ${at}) * 1000)::bigint), 12, '0') as ms) t offset 0)`;
const ID = `(clock || substr(gen_random_uuid()::text, 16))::uuid`;

/** Sentences of ten words; word n is said about 1/n times as often as the first one. */
const SPEECH = [
  `create temp table words as
     select n, substr(translate(md5(n::text), '0123456789', 'ghijklmnop'), 1, 3 + n % 7) as word from generate_series(1, ${WORDS}) n`,
  'create index on words (n)',
  `create temp table sentences as
     select s.n, string_agg(w.word, ' ') as text
       from generate_series(1, ${SENTENCES}) s (n), generate_series(1, 10) i,
            lateral (select power(${WORDS}::float8, random())::int as rank where s.n > 0 and i > 0) r, words w
      where w.n = r.rank group by 1`,
  'create index on sentences (n)',
];

const people = ({ people }: Years) => `
  create temp table folk as
    select n, ${ID} as person, ${ID} as conversation, at,
           'p' || n as name
      from (select n, $1::timestamptz - interval '${YEARS} years' * (1 - n::float8 / ${people}) as at
              from generate_series(0, ${people - 1}) n) t, lateral ${clock('at')} c`;

/** Who came early says more. */
const exchanges = ({ messages, people }: Years) => `
  create temp table said as
    select k, f.person, f.conversation, f.name, s.at, ${['id', 'message', 'answer', 'part', 'call', 'audit'].map((name) => `${ID} as ${name}`).join(', ')},
           q.text as question, a.text || '. ' || b.text || '. ' || c.text as reply
      from (select k, (${people - 1} * power(random(), 1.5))::int as n,
                   $1::timestamptz - interval '${YEARS} years' * (1 - k::float8 / ${messages / 2}) as at,
                   ${['q', 'a', 'b', 'c'].map((name) => `1 + (random() * ${SENTENCES - 1})::int as ${name}`).join(', ')}
              from generate_series(1, ${messages / 2}) k) s
      join folk f on f.n = s.n
      join sentences q on q.n = s.q join sentences a on a.n = s.a join sentences b on b.n = s.b join sentences c on c.n = s.c,
           lateral ${clock('s.at')} clock
     order by k`;

const ROWS = [
  `insert into spaces (id, adapter, name, created_at) values ('console:terminal', 'console', 'terminal', $1) on conflict do nothing`,
  `insert into persons (id, name, role, created_at) select person, name, 'owner', at from folk order by n`,
  `insert into identities (adapter, external_id, person_id, name, created_at, claim)
   select 'console', name, person, name, at, '{"role": "owner"}' from folk order by n`,
  `insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at)
   select conversation, 'console', name, 'console:terminal', 'dm', person, at from folk order by n`,
  `insert into lanes (conversation_id, served_at, last_person) select conversation, at, person from folk order by n`,
  `insert into inbox (id, key, kind, adapter, conversation_id, person_id, message_id, payload, state, laned, sent_at, received_at, finished_at)
   select id, translate(rtrim(encode(sha256(id::text::bytea), 'base64'), '='), '+/', '-_'), 'message', 'console', conversation, person, 'm' || k,
          jsonb_build_object('from', name, 'text', question, 'files', '[]'::jsonb), 'done', true, at, at, at + interval '2 seconds'
     from said order by k`,
  `insert into turns (id, inbox_id, conversation_id, person_id, state, model, elapsed_ms, started_at, finished_at)
   select id, id, conversation, person, 'answered', 'bench/model', 2000, at, at + interval '2 seconds' from said order by k`,
  `insert into steps (turn_id, seq, kind, payload, at)
   select id, 0, 'model', jsonb_build_object('text', reply, 'calls', '[]'::jsonb, 'model', 'bench/model'), at from said order by k`,
  `insert into messages (id, conversation_id, epoch, turn_id, person_id, role, content, at)
   select case when half = 0 then message else answer end, conversation, 0, id, case when half = 0 then person end,
          case when half = 0 then 'user' else 'assistant' end,
          case when half = 0 then jsonb_build_object('name', name, 'text', question) else jsonb_build_object('text', reply) end,
          at + half * interval '2 seconds'
     from said, generate_series(0, 1) half order by k, half`,
  `insert into outbox (id, key, adapter, conversation_id, person_id, turn_id, inbox_id, grp, part, reply_to, content, state, attempts, receipt,
                       created_at, sent_at)
   select part, 'answer:' || id, 'console', conversation, person, id, id, 'answer:' || id, 0, 'm' || k,
          jsonb_build_object('kind', 'answer', 'text', reply), 'sent', 1, jsonb_build_object('id', md5(k::text)), at, at + interval '2 seconds'
     from said order by k`,
  `insert into usage (id, at, space_id, person_id, conversation_id, turn_id, model, input_tokens, output_tokens, price, day)
   select call, at, 'console:terminal', person, conversation, id, 'bench/model', 7000, 60, 0.0001, at::date from said order by k`,
  `insert into spending (day, person_id, calls, input_tokens, output_tokens, price, dearest)
   select at::date, person, count(*), 7000 * count(*), 60 * count(*), 0.0001 * count(*), 0.0001 from said group by 1, 2 order by 1, 2`,
  // Sealed already, as all but the newest are.
  `insert into audit_log (id, at, person_id, conversation_id, action, subject, detail, batch)
   select audit, at, person, conversation, 'tool.call', 'note_search', '{"input": {"query": "think"}}', 1 + k / 2500
     from said where k % 5 = 0 order by k`,
  `insert into audit_seals (n, at, count, first_at, last_at, hash)
   select batch, max(at), count(*), min(at), max(at), '\\x00' from audit_log where batch is not null group by batch`,
];

const WORDS_INDEX = `create index messages_words on messages using gin (to_tsvector('simple', searchable(content ->> 'text')))`;

/**
 * Fills the migrated database of `client`, a superuser. Indexes are kept up row by row, so that they look as years leave them; only that
 * of the words is made afterwards. `tell` hears the seconds of each statement.
 */
export async function fillYears(
  client: pg.Client,
  size: Years,
  now: Date,
  tell: (text: string) => void,
): Promise<void> {
  const run = async (statement: string) => {
    const began = performance.now();
    await client.query(statement, statement.includes('$1') ? [now] : []);
    tell(`${((performance.now() - began) / 1_000).toFixed(0)} s: ${statement.trim().slice(0, 60)}`);
  };
  // What is generated refers to what is there: each of the foreign keys would be looked up 20,000,000 times.
  const settings = [
    'jit = off',
    'session_replication_role = replica',
    `maintenance_work_mem = '512MB'`,
    `work_mem = '128MB'`,
  ];
  for (const setting of settings) await client.query(`set ${setting}`);
  const definition = await client.query<{ def: string }>(`select pg_get_indexdef('messages_words'::regclass) as def`);
  await client.query('drop index messages_words');
  for (const statement of [...SPEECH, people(size), 'create index on folk (n)', 'analyze', exchanges(size), ...ROWS])
    await run(statement);
  await run(definition.rows[0]?.def ?? WORDS_INDEX);
  await run('vacuum analyze');
  await run('checkpoint');
}
