-- Browsers in which a person is signed in to coda's own pages. A row begins as a link that is good for one use.
create table browser_sessions (
  id          uuid primary key,
  hash        text not null unique,   -- SHA-256 of the link's code, then of the cookie that it was exchanged for
  person_id   uuid not null references persons (id),
  created_at  timestamptz not null,
  opened_at   timestamptz,            -- when the link was used; null: it has not been
  expires_at  timestamptz not null
);
create index browser_sessions_person on browser_sessions (person_id);
create index browser_sessions_expiry on browser_sessions (expires_at);
