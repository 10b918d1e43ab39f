-- What the doctor found amiss when it looked last by itself, so that owners are told of what has changed since, once.
create table health_findings (
  name text not null,
  code text not null,
  since timestamptz not null,
  primary key (name, code)
);
