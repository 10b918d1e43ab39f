-- What an owner is told a change by: each file's hash at the time of the decision.
alter table skill_pins add column files jsonb not null default '{}';

-- How often each skill was used: where not all fit into a prompt, those that are used most stand there.
create table skill_uses (
  name     text primary key,
  uses     integer not null,
  last_at  timestamptz not null
);
