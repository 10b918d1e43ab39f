create table reminders (
  id            text primary key,               -- short: people type it
  person_id     uuid not null references persons (id),
  conversation_id uuid not null references conversations (id),
  space_id      text not null references spaces (id),
  text          text not null,
  rule          text,                           -- DTSTART and RRULE lines of a series; null: once
  zone          text not null,                  -- that it was made in, and is kept in
  state         text not null check (state in ('pending', 'completed', 'deleted')),
  -- Its next own occurrence; null: it has none left. A snooze leaves this alone, so that a series goes on beside it.
  planned_at    timestamptz,
  snoozed_until timestamptz,
  snoozed_occurrence timestamptz,               -- what it speaks of at `snoozed_until`
  next_at       timestamptz generated always as (least(planned_at, snoozed_until)) stored,
  firing        integer not null default 0,     -- grows with each time it spoke
  last_at       timestamptz,                    -- when it spoke last
  last_occurrence timestamptz,                  -- what it spoke of, or should have
  done_occurrence timestamptz,                  -- the newest that the person has completed
  urgent        boolean not null default false,
  to_dm         boolean not null default false,
  tainted       boolean not null default false,
  version       integer not null default 1,     -- grows with each change by the person, not with its speaking
  created_at    timestamptz not null,
  changed_at    timestamptz not null,
  completed_at  timestamptz
);
create index reminders_due on reminders (next_at) where state = 'pending' and next_at is not null;
create index reminders_person on reminders (person_id, state, next_at);

-- What a person last saw as a numbered list, so that "the second one" means that one.
create table reminder_lists (
  person_id       uuid not null references persons (id),
  conversation_id uuid not null references conversations (id),
  ids             text[] not null,
  shown_at        timestamptz not null,
  primary key (person_id, conversation_id)
);
