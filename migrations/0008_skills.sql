-- What was decided about agent skills. Their texts stay in their folders; replicas share the decisions.

-- The state of its files in which a skill may be used. A skill of the same name from elsewhere is another one.
create table skill_pins (
  name          text not null,
  source        text not null,             -- the kind of place that it comes from: personal, configured, installed …
  hash          text not null,             -- of all its files
  state         text not null check (state in ('pinned', 'approved', 'blocked')),
  capabilities  jsonb not null default '{}', -- what it could do then, for telling what a change adds
  person_id     uuid,                      -- the owner who decided; null: nobody, at its first use
  decided_at    timestamptz not null,
  primary key (name, source)
);

-- Skills that stay and are no longer offered to the model.
create table skill_deprecations (
  name         text primary key,
  reason       text not null,
  replacement  text,
  person_id    uuid,                       -- null: on the command line
  decided_at   timestamptz not null
);
