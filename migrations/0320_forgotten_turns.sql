-- Turns whose words told of something that their person has deleted or taken back since: nothing is derived from them any more.
create table forgotten_turns (
  id         uuid primary key,  -- of the turn; no reference, for the turn that forgets may not be stored yet
  person_id  uuid not null references persons (id) on delete cascade,
  at         timestamptz not null
);
create index forgotten_turns_person on forgotten_turns (person_id);
create index forgotten_turns_at on forgotten_turns (at);
