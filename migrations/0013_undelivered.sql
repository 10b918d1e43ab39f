-- What could not be delivered is told to its person when they are heard from next.

alter table persons add column undelivered boolean not null default false;
alter table outbox add column told boolean not null default false;
