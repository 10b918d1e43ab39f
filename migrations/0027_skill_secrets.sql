-- Values that skills are run with, each sealed with a key that is not in the database: of one person, of a space, or of
-- everybody.
create table skill_secrets (
  id          uuid primary key,
  skill       text not null,
  name        text not null,
  person_id   uuid references persons (id),
  space_id    text references spaces (id),
  sealed      text not null,                    -- base64: nonce, AES-256-GCM's tag, text
  key_id      text not null,                    -- tells which key sealed it
  updated_at  timestamptz not null,
  check (person_id is null or space_id is null)
);
create unique index skill_secrets_whose
  on skill_secrets (skill, name, coalesce(person_id::text, ''), coalesce(space_id, ''));
create index skill_secrets_person on skill_secrets (person_id) where person_id is not null;
