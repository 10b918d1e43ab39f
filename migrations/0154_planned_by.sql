-- The room that planned a turn finds those that have ended without reading those that have not.
alter table inbox add column planned_by text;             -- null: nobody did, or it has looked at the end
create index inbox_planned on inbox (planned_by, finished_at) where planned_by is not null and finished_at is not null;
update inbox set planned_by = 'scheduler' where id in (select running from person_schedules where running is not null);
update inbox set planned_by = 'tasks' where id in (select running from tasks where running is not null);
