-- Requests that went well, and the tools that served them: shown again as examples to their person alone.
create table solution_patterns (
  id               uuid primary key,
  turn_id          uuid not null unique,
  person_id        uuid not null references persons on delete cascade,
  space_id         text not null,
  conversation_id  uuid not null,                -- in shared places it is shown in this one alone
  is_private       boolean not null,             -- asked where nobody else reads: shown there alone
  request          text not null,
  steps            jsonb not null,               -- [{tool, fields}]: names alone, no values
  score            smallint not null,
  at               timestamptz not null          -- of the request
);
create index solution_patterns_person on solution_patterns (person_id, space_id, at desc);
create index solution_patterns_at on solution_patterns (at);
