-- What people have said of skills that were chosen wrongly, in each space by itself: by how much a word of a request speaks for
-- a skill or against it, and the words of the last request that each skill was used for.
create table skill_weights (
  space_id    text not null,
  skill       text not null,
  term        text not null,                      -- a stem
  weight      real not null,                      -- bounded
  updated_at  timestamptz not null,
  primary key (space_id, skill, term)
);

create table skill_requests (
  space_id  text not null,
  skill     text not null,
  person_id uuid not null references persons on delete cascade,
  terms     text[] not null,
  at        timestamptz not null,
  primary key (space_id, skill)
);
