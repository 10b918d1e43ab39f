-- Skills that were run one after another, and what came of each, so that a run that failed can go on.
create table skill_runs (
  id         uuid primary key,
  person_id  uuid not null references persons,
  name       text,                              -- of the composed skill; null: the steps were named
  steps      jsonb not null,                    -- [["a"], ["b", "c"]]: those of one list run side by side
  payload    text not null,
  state      text not null check (state in ('running', 'done', 'failed', 'paused')),
  message    text,                              -- why it failed
  begun_at   timestamptz not null,
  ended_at   timestamptz
);
create index skill_runs_person on skill_runs (person_id, begun_at desc);
create index skill_runs_begun on skill_runs (begun_at);

create table skill_run_steps (
  run_id    uuid not null references skill_runs on delete cascade,
  place     integer not null,                   -- of its list in steps
  member    integer not null,                   -- in that list
  skill     text not null,
  state     text not null check (state in ('done', 'failed')),
  output    text not null,
  tainted   boolean not null,
  call      text not null,                      -- the call that ran it: only a later one takes it as given
  ended_at  timestamptz not null,
  primary key (run_id, place, member)
);
