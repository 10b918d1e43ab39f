create table reminders (
  id            text primary key,               -- short: people type it
  person_id     uuid not null references persons (id),
  conversation_id uuid not null references conversations (id),
  space_id      text not null references spaces (id),
  text          text not null,
  rule          text,                           -- RRULE text of a series; null: once
  zone          text not null,                  -- that it was made in, and is kept in
  state         text not null check (state in ('pending', 'completed', 'deleted')),
  next_at       timestamptz,                    -- when it speaks next; null: it has said all it has to
  occurrence    timestamptz,                    -- what `next_at` stands for: the same, unless snoozed
  firing        integer not null default 0,     -- grows with each time it spoke or was put off
  snoozed       boolean not null default false,
  last_at       timestamptz,                    -- when it spoke last
  last_occurrence timestamptz,
  urgent        boolean not null default false,
  catch_up      text not null default 'late' check (catch_up in ('late', 'latest', 'skip')),
  to_dm         boolean not null default false,
  tainted       boolean not null default false,
  version       integer not null default 1,
  created_at    timestamptz not null,
  completed_at  timestamptz,
  deleted_at    timestamptz
);
create index reminders_due on reminders (next_at) where state = 'pending' and next_at is not null;
create index reminders_person on reminders (person_id, state, next_at);
create index reminders_spoken on reminders (conversation_id, last_at desc) where last_at is not null;
