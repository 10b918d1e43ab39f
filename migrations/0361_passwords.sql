-- Passwords with which people sign in at the page. A row of sessions tells its browser, so that its person knows it again.
create table passwords (
  person_id   uuid primary key references persons (id),
  login       text not null unique,   -- the name that is typed, in lower case
  digest      text not null,          -- scrypt with its parameters and salt
  changed_at  timestamptz not null
);
alter table browser_sessions add column agent text;
