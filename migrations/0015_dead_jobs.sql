-- Background jobs that have given up are told to the owners, once.

alter table jobs add column told boolean not null default false;
create index jobs_dead on jobs (finished_at) where state = 'dead';
