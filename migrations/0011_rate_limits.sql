-- How much a person has said within the running minute, for all processes alike.

create table rates (
  person_id  uuid primary key references persons (id) on delete cascade,
  since      timestamptz not null,
  messages   int not null
);
