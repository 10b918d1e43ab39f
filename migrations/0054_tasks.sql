-- Work over days: a task of a person has steps, one of which is next; at `next_at` coda takes it up.
create table tasks (
  id              text primary key,             -- short: people type it
  person_id       uuid not null references persons (id),
  conversation_id uuid not null references conversations (id),
  space_id        text not null references spaces (id),
  title           text not null,
  steps           jsonb not null,               -- {v: 1, steps: [{text, by, specialist, result, files, at}]}
  step            integer not null default 0,   -- the one that is next, from 0
  state           text not null check (state in ('active', 'blocked', 'done', 'cancelled')),
  block_type      text check (block_type in ('waiting_for_person', 'waiting_for_time', 'external', 'failed')),
  block_reason    text,
  rule            text,                         -- DTSTART and RRULE lines: taken up again and again
  zone            text not null,
  next_at         timestamptz,                  -- when it is taken up; null: it rests, or a turn works on it
  running         uuid,                         -- the inbox row of the turn that works on it
  running_step    integer,                      -- the step that was next when it began
  firing          integer not null default 0,   -- grows each time it is taken up
  resumed         integer not null default 0,   -- taken up so often without a word of the person's
  tainted         boolean not null default false,
  version         integer not null default 1,   -- grows with each change, not with being taken up
  created_at      timestamptz not null,
  changed_at      timestamptz not null,
  seq             bigint generated always as identity
);
create index tasks_due on tasks (next_at) where next_at is not null;
create index tasks_running on tasks (running) where running is not null;
create index tasks_person on tasks (person_id, state, seq);
