-- The texts that were decided about, by path: what has changed since is shown line by line.
alter table skill_pins add column texts jsonb not null default '{}';
