-- Who was let in beside the configuration, and who waits at the door.

alter table persons add column roles jsonb not null default '[]';  -- of the configuration's own, besides `role`

-- An account that an owner has let in.
create table grants (
  adapter      text not null,
  external_id  text not null,
  person_id    uuid not null references persons (id),
  role         text not null,
  granted_by   uuid references persons (id),          -- null: on the command line
  granted_at   timestamptz not null,
  primary key (adapter, external_id)
);
create index grants_person on grants (person_id);
create index grants_by on grants (granted_by);

-- The notice that a stranger was given, with the code that lets them in.
create table pairings (
  person_id        uuid primary key references persons (id),
  adapter          text not null,
  external_id      text not null,
  code             text unique,                       -- SHA-256 of the code; null: it is worthless
  expires_at       timestamptz not null,              -- there is no further notice before
  misses           smallint not null default 0,
  conversation_id  uuid references conversations (id), -- where to tell them that they were let in
  fresh            boolean not null,                  -- they have never been anything but a stranger
  created_at       timestamptz not null
);
create index pairings_created on pairings (created_at);
