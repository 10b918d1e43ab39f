-- What failed, counted by the hour: of what part, of what kind, with which code. No texts of people and no ids.
create table faults (
  source    text not null,
  kind      text not null,
  code      text not null,
  hour      timestamptz not null,
  count     integer not null,
  last_at   timestamptz not null,
  primary key (hour, source, kind, code)
);
