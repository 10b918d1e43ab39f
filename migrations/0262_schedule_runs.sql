-- A schedule may look at something (a script, a page, a feed) and tell its person by a rule, without a turn.
alter table person_schedules add column watch jsonb;      -- source and rule; null: it begins a turn
alter table person_schedules add column memory jsonb;     -- what the rule knows of the looks before
alter table person_schedules drop constraint person_schedules_missed_check;
alter table person_schedules add constraint person_schedules_missed_check check (missed in ('latest', 'skip', 'each'));
create index person_schedules_hook on person_schedules (person_id, (watch -> 'source' ->> 'hook'))
  where state = 'on' and watch -> 'source' ->> 'kind' = 'hook';

-- One row for each run of a schedule: what came of it, how long it took, what it cost, what was told where.
create table schedule_runs (
  id           uuid primary key,
  schedule_id  text not null references person_schedules (id) on delete cascade,
  person_id    uuid not null references persons (id),
  key          text not null unique,             -- of the occurrence: it runs once, whoever comes to it
  occurrence   timestamptz not null,
  state        text not null check (state in ('waiting', 'running', 'done', 'failed', 'expired', 'cancelled', 'interrupted')),
  turn_id      uuid,                             -- the inbox row of the turn that it began
  attempts     integer not null default 0,
  begun_at     timestamptz,
  ended_at     timestamptz,
  output       text,                             -- its beginning
  output_bytes bigint,
  error        text,
  finding      text,                             -- 'told', or why nothing was
  told         text,                             -- the words that were said
  told_in      uuid,                             -- the conversation that they were said in
  cost         double precision                  -- in the currency of the prices
);
create index schedule_runs_schedule on schedule_runs (schedule_id, id);
create index schedule_runs_person on schedule_runs (person_id);
create index schedule_runs_turn on schedule_runs (turn_id) where turn_id is not null and ended_at is null;
