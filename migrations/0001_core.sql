-- The shape that delivery, the agent and access need. Instants are always parameters: no statement asks for now().

-- A guild, a workspace, a terminal: what conversations, notes and usage belong to.
create table spaces (
  id          text primary key,                 -- adapter:external id
  adapter     text not null,
  name        text,
  settings    jsonb not null default '{}',
  created_at  timestamptz not null
);

create table persons (
  id          uuid primary key,
  name        text not null,
  role        text not null check (role in ('owner', 'member', 'guest')),
  zone        text,
  locale      text,
  week_start  smallint check (week_start between 1 and 7),
  quiet_from  text,
  quiet_to    text,
  settings    jsonb not null default '{}',
  version     integer not null default 1,
  created_at  timestamptz not null,
  erased_at   timestamptz
);

-- Who a person is on a platform. One person may have several.
create table identities (
  adapter      text not null,
  external_id  text not null,
  person_id    uuid not null references persons (id),
  name         text not null,
  created_at   timestamptz not null,
  primary key (adapter, external_id)
);
create index identities_person on identities (person_id);

create table conversations (
  id          uuid primary key,
  adapter     text not null,
  channel     text not null,
  space_id    text not null references spaces (id),
  kind        text not null check (kind in ('dm', 'channel', 'thread')),
  person_id   uuid references persons (id),     -- the other side of a dm
  epoch       integer not null default 0,       -- /new begins another one
  settings    jsonb not null default '{}',
  created_at  timestamptz not null,
  unique (adapter, channel)
);
create index conversations_dm on conversations (person_id, adapter) where kind = 'dm';

-- A running process. Rows elsewhere carry its id as their owner.
create table instances (
  id            uuid primary key,
  host          text not null,
  pid           integer not null,
  boot_id       text not null,
  program       text not null,
  started_at    timestamptz not null,
  heartbeat_at  timestamptz not null,
  ended_at      timestamptz
);
create index instances_alive on instances (heartbeat_at) where ended_at is null;

-- What was heard. The key is the message's identity, so that every copy of it meets in one row.
create table inbox (
  id               uuid primary key,
  seq              bigint generated always as identity,  -- the order in which a conversation is answered
  key              text not null unique,
  kind             text not null check (kind in ('message', 'command', 'press')),
  adapter          text not null,
  conversation_id  uuid not null references conversations (id),
  person_id        uuid not null references persons (id),
  message_id       text not null,
  payload          jsonb not null,
  payload_version  smallint not null default 1,
  -- 'received' while it waits or runs (the lane, or for what needs no lane the owner, says which)
  state            text not null check (state in ('received', 'waiting', 'done', 'failed', 'expired', 'cancelled')),
  laned            boolean not null,
  owner            uuid,                        -- of what needs no lane
  steered_into     uuid,                        -- the turn that took it along
  attempts         smallint not null default 0,
  error            text,
  tainted          boolean not null default false,
  sent_at          timestamptz not null,
  received_at      timestamptz not null,
  finished_at      timestamptz
);
create index inbox_queue on inbox (conversation_id, seq) where state = 'received';
create index inbox_laneless on inbox (seq) where state = 'received' and not laned;
create index inbox_finished on inbox (finished_at) where finished_at is not null;

-- One turn at a time per conversation. `pending` counts the rows that wait or run: looking for them when the lane is
-- freed would miss one that is being committed.
create table lanes (
  conversation_id  uuid primary key references conversations (id),
  owner            uuid,
  current          uuid,                        -- the inbox row that runs
  pending          integer not null default 0,
  served_at        timestamptz,
  last_person      uuid,                        -- served last: somebody else comes first
  cancel           boolean not null default false
);
create index lanes_ready on lanes (served_at nulls first) where pending > 0 and current is null;
create index lanes_owner on lanes (owner) where owner is not null;

create table turns (
  id               uuid primary key,
  inbox_id         uuid not null,
  conversation_id  uuid not null references conversations (id),
  person_id        uuid not null references persons (id),
  state            text not null check (state in ('running', 'waiting', 'done', 'failed', 'cancelled')),
  model            text,
  elapsed_ms       bigint not null default 0,   -- stops while it is parked
  tool_calls       integer not null default 0,
  tainted          boolean not null default false,
  error            text,
  expires_at       timestamptz,                 -- while it waits for a person: no answer by then means no
  started_at       timestamptz not null,
  finished_at      timestamptz,
  unique (inbox_id)
);
create index turns_waiting on turns (expires_at) where state = 'waiting';
create index turns_finished on turns (finished_at) where finished_at is not null;

-- What a turn did, in order. A subagent's steps stand under the call that spawned it.
create table steps (
  turn_id     uuid not null references turns (id) on delete cascade,
  path        text not null default '',         -- '' or the call ids above it, joined by '/'
  seq         integer not null,
  kind        text not null check (kind in ('model', 'started', 'result', 'asked', 'decided', 'steered')),
  call_id     text,
  payload     jsonb not null,
  version     smallint not null default 1,
  tainted     boolean not null default false,
  at          timestamptz not null,
  primary key (turn_id, path, seq)
);

-- What was said in a conversation: what the model is shown, and what a search finds.
create table messages (
  id               uuid primary key,
  seq              bigint generated always as identity,  -- the order in which it was said
  conversation_id  uuid not null references conversations (id),
  epoch            integer not null,
  turn_id          uuid,
  person_id        uuid,
  role             text not null check (role in ('user', 'assistant', 'tool')),
  content          jsonb not null,
  version          smallint not null default 1,
  tainted          boolean not null default false,
  at               timestamptz not null
);
create index messages_conversation on messages (conversation_id, epoch, seq);

-- What is to be said. The key is unique for what is said; an owner is sending it.
create table outbox (
  id               uuid primary key,
  key              text not null unique,
  adapter          text not null,
  conversation_id  uuid not null references conversations (id),
  person_id        uuid references persons (id),  -- whom it is for
  turn_id          uuid,
  inbox_id         uuid,
  grp              text not null,               -- parts of one answer, in order of `part`
  part             smallint not null default 0,
  reply_to         text,
  content          jsonb not null,
  content_version  smallint not null default 1,
  state            text not null check (state in ('draft', 'pending', 'sending', 'unknown', 'held', 'sent', 'dead', 'dropped')),
  owner            uuid,
  attempts         smallint not null default 0,
  next_at          timestamptz,
  unknown_at       timestamptz,
  receipt          jsonb,
  drafted          boolean not null default false,  -- it was shown while it grew: what is there may be older
  removed          boolean not null default false,  -- a draft that turned out to be too many: to be taken away
  error            text,
  fallback         boolean not null default false,
  tainted          boolean not null default false,
  created_at       timestamptz not null,
  sent_at          timestamptz
);
create index outbox_due on outbox (next_at) where state in ('pending', 'unknown');
create index outbox_owner on outbox (owner) where owner is not null;
create index outbox_group on outbox (grp, part) where state in ('draft', 'pending', 'sending', 'unknown', 'held');
create index outbox_held on outbox (adapter, conversation_id) where state = 'held';
create index outbox_dead on outbox (created_at) where state = 'dead';
create index outbox_sent on outbox (sent_at) where sent_at is not null;

-- A button's meaning. All buttons of one card are used together.
create table buttons (
  id               text primary key,
  card             text not null,               -- the outbox key that shows it
  label            text not null,
  position         smallint not null default 0,
  action           jsonb not null,
  conversation_id  uuid not null references conversations (id),
  person_id        uuid references persons (id),  -- who may press it; null: anybody there
  created_at       timestamptz not null,
  expires_at       timestamptz,
  used_at          timestamptz,
  used_by          uuid
);
create index buttons_card on buttons (card);
create index buttons_open on buttons (conversation_id, created_at desc) where used_at is null;

-- What takes the last acts back, newest first.
create table undos (
  id               uuid primary key,
  person_id        uuid not null references persons (id),
  conversation_id  uuid not null references conversations (id),
  label            text not null,
  call             jsonb not null,
  created_at       timestamptz not null,
  used_at          timestamptz
);
create index undos_made on undos (created_at);
create index undos_open on undos (person_id, conversation_id, id desc) where used_at is null;

create table jobs (
  id            uuid primary key,
  kind          text not null,
  key           text,                           -- at most one pending with this key
  payload       jsonb not null,
  version       smallint not null default 1,
  state         text not null check (state in ('pending', 'running', 'done', 'dead', 'cancelled')),
  due_at        timestamptz not null,
  owner         uuid,
  attempts      smallint not null default 0,
  max_attempts  smallint not null default 8,
  error         text,
  created_at    timestamptz not null,
  finished_at   timestamptz
);
create unique index jobs_key on jobs (kind, key) where key is not null and state = 'pending';
create index jobs_due on jobs (due_at) where state = 'pending';
create index jobs_owner on jobs (owner) where owner is not null;
create index jobs_finished on jobs (finished_at) where finished_at is not null;

create table schedules (
  id           uuid primary key,
  name         text unique,                     -- of a named system task
  kind         text not null,                   -- the job that an occurrence enqueues
  payload      jsonb not null default '{}',
  source       text not null,                   -- the rule as it was given: cron, RRULE text
  rule         text not null,                   -- as RRULE text
  zone         text not null,
  missed       text not null default 'latest' check (missed in ('skip', 'latest', 'all')),
  person_id    uuid references persons (id),
  enabled      boolean not null default true,
  next_at      timestamptz,
  created_at   timestamptz not null,
  version      integer not null default 1
);
create index schedules_due on schedules (next_at) where enabled and next_at is not null;

create table occurrences (
  schedule_id  uuid not null references schedules (id) on delete cascade,
  at           timestamptz not null,
  job_id       uuid,
  primary key (schedule_id, at)
);
create index occurrences_at on occurrences (at);

-- What was done, by whom and why. Append only; a job seals rows in batches with a hash chain.
create table audit_log (
  id          uuid primary key,
  at          timestamptz not null,
  person_id   uuid,
  action      text not null,
  subject     text,
  detail      jsonb not null default '{}',
  tainted     boolean not null default false,
  seal        bytea
);
create index audit_unsealed on audit_log (id) where seal is null;

create table usage (
  id               uuid primary key,
  at               timestamptz not null,
  space_id         text,
  person_id        uuid,
  conversation_id  uuid,
  turn_id          uuid,
  model            text not null,
  input_tokens     bigint not null default 0,
  cached_tokens    bigint not null default 0,
  output_tokens    bigint not null default 0,
  price            double precision
);
create index usage_person on usage (person_id, at);

-- Files in the data folder that something refers to.
create table artifacts (
  hash        text primary key,
  size        bigint not null,
  type        text not null,
  created_at  timestamptz not null,
  used_at     timestamptz not null
);
