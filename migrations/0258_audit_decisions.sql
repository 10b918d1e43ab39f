-- Past approvals are listed with the newest first, among entries of everything else.
create index audit_decisions on audit_log (seq) where action in ('approval.decide', 'approval.expire');
