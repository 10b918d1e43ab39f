create table notes (
  id              text primary key,
  person_id       uuid not null references persons (id),
  conversation_id uuid not null references conversations (id),
  space_id        text not null references spaces (id),
  text            text not null,
  tags            text[] not null default '{}',
  search          tsvector generated always as (to_tsvector('english', text)) stored,
  tainted         boolean not null default false,
  version         integer not null default 1,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  deleted_at      timestamptz
);
create index notes_search on notes using gin (search);
create index notes_tags on notes using gin (tags);
create index notes_person on notes (person_id, created_at desc) where deleted_at is null;
