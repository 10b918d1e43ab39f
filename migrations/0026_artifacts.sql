-- Files that tools gave: whose they are, whether untrusted text went into them, and when they were last used. A row keeps
-- its file; what names the file elsewhere (a message, a step) keeps it as well.
-- Nothing was ever written to the table of this name in the first migration.
drop table artifacts;
create table artifacts (
  conversation_id  uuid not null references conversations (id),
  hash             text not null,
  person_id        uuid not null references persons (id),
  turn_id          uuid,
  name             text not null,
  type             text not null,
  size             bigint not null,
  tainted          boolean not null,
  made_at          timestamptz not null,
  used_at          timestamptz not null,
  primary key (conversation_id, hash)
);
create index artifacts_person on artifacts (person_id);
create index artifacts_used on artifacts (used_at);

-- This coda, whichever of its processes: containers on a shared Docker are labelled with it.
create table installation (
  one  boolean primary key default true check (one),
  id   uuid not null
);
