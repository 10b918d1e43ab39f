-- What programs asked for under a key of their own, with the first answer: asked again, it is not done again.
create table requests (
  caller      text not null,                          -- a token, or an issuer's subject
  key         text not null,
  person_id   uuid not null references persons (id),
  digest      text not null,                          -- SHA-256 of what was asked
  status      integer not null,
  answer      text not null,                          -- JSON
  asked_at    timestamptz not null,
  primary key (caller, key)
);
create index requests_person on requests (person_id);
create index requests_age on requests (asked_at);

-- Lists of programs go from page to page in the order in which things were made.
create index reminders_made on reminders (person_id, seq desc);
create index notes_made on notes (person_id, seq desc);
