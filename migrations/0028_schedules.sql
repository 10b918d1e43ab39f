-- What became of each system task, and whether somebody switched it (null: nobody did, so its default holds).
alter table schedules add column toggled boolean;
update schedules set toggled = false where not enabled;
alter table schedules add column last_started_at timestamptz;
alter table schedules add column last_ended_at timestamptz;
alter table schedules add column last_error text;
alter table schedules add column failures integer not null default 0;   -- in a row
alter table schedules add column told boolean not null default false;   -- an owner knows of them
create index schedules_failing on schedules (last_ended_at) where failures >= 3 and not told;

-- What people have planned: each occurrence begins a turn of theirs.
create table person_schedules (
  id              text primary key,             -- short: people type it
  person_id       uuid not null references persons (id),
  conversation_id uuid not null references conversations (id),
  space_id        text not null references spaces (id),
  title           text not null,                -- what it is called in lists
  prompt          text,                         -- the words that begin the turn
  run             text,                         -- or what runs instead, as `/name rest`
  rule            text,                         -- DTSTART and RRULE lines; null: once
  zone            text not null,                -- that it was made in, and is kept in
  missed          text not null check (missed in ('latest', 'skip')),
  state           text not null check (state in ('on', 'off', 'done', 'deleted')),
  next_at         timestamptz,
  firing          integer not null default 0,   -- grows with each turn that it began by hand
  running         uuid,                         -- the inbox row of the occurrence that has not ended
  last_at         timestamptz,                  -- when it began last
  last_outcome    text,                         -- 'done', 'failed', 'expired', 'cancelled', 'skipped'
  last_error      text,
  last_ms         bigint,
  failures        integer not null default 0,   -- in a row
  told            boolean not null default false,
  tainted         boolean not null default false,
  version         integer not null default 1,   -- grows with each change by the person, not with its firing
  created_at      timestamptz not null,
  seq             bigint generated always as identity
);
create index person_schedules_due on person_schedules (next_at) where state = 'on' and next_at is not null;
create index person_schedules_running on person_schedules (running) where running is not null;
create index person_schedules_failing on person_schedules (last_at) where failures >= 3 and not told;
create index person_schedules_person on person_schedules (person_id, seq) where state <> 'deleted';
