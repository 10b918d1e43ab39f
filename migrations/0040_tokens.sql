-- What programs speak to coda with over HTTP: each for one person.
create table api_tokens (
  id          uuid primary key,
  name        text not null,                          -- what its owner calls it
  hash        text not null unique,                   -- SHA-256 of the token, which is shown once and kept nowhere
  person_id   uuid not null references persons (id),
  scopes      text not null,                          -- names with a space between them
  created_at  timestamptz not null,
  expires_at  timestamptz,
  used_at     timestamptz,                            -- to the hour
  revoked_at  timestamptz
);
create index api_tokens_person on api_tokens (person_id);
