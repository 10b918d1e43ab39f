-- A hook may do nothing but bring values for rules.
alter table hooks drop constraint hooks_kind_check;
alter table hooks add constraint hooks_kind_check check (kind in ('message', 'reminder', 'note', 'skill', 'watch'));
