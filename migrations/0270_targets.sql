-- Where a person has things told that they plan. Told only while both have allowed it: the person (the row is there) and whoever
-- the place belongs to (`state`).
create table targets (
  id              text primary key,               -- short: people type it
  person_id       uuid not null references persons (id),
  kind            text not null check (kind in ('place', 'person', 'hook', 'push')),
  name            text not null,                  -- as the person calls it
  conversation_id uuid references conversations (id),  -- of all but a person
  to_person       uuid references persons (id),   -- of a person
  state           text not null check (state in ('asked', 'allowed', 'refused', 'gone', 'removed')),
  allows          text[] not null default '{}',   -- skills and routines whose private words may be told there
  told            boolean not null default false, -- its person knows that it is gone
  created_at      timestamptz not null
);
create unique index targets_name on targets (person_id, lower(name)) where state <> 'removed';
create index targets_conversation on targets (conversation_id) where conversation_id is not null;
create index targets_to_person on targets (to_person) where to_person is not null;
create index targets_gone on targets (created_at) where state = 'gone' and not told;

alter table person_schedules add column target_id text references targets (id) on delete set null;
create index person_schedules_target on person_schedules (target_id) where target_id is not null;
