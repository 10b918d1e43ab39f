-- True for a process that another one had to end: it was killed, or its machine was.
alter table instances add column lost boolean not null default false;
