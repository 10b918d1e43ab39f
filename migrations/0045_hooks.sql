-- What programs tell a person: each hook turns what is sent to it into one thing for its person.
create table hooks (
  id          text primary key,                 -- stands in its address
  person_id   uuid not null references persons (id),
  kind        text not null check (kind in ('message', 'reminder', 'note', 'skill')),
  form        text not null check (form in ('coda', 'github', 'stripe', 'unsigned')),   -- of the signature
  template    jsonb not null,
  created_at  timestamptz not null
);
create index hooks_person on hooks (person_id);

-- What was taken, so that it is not taken again.
create table hook_deliveries (
  hook_id      text not null references hooks (id) on delete cascade,
  digest       text not null,                   -- of the signature, or of an unsigned delivery's own id
  received_at  timestamptz not null,
  primary key (hook_id, digest)
);
create index hook_deliveries_pace on hook_deliveries (hook_id, received_at);
