-- name: claim_chart
-- The chart of a connection that is to be read now; comes up again if this worker dies.
update connections c set chart_retry_at = now() + interval '2 minutes'
where c.id = %(connection_id)s and c.status = 'active'
  and (c.chart_retry_at is null or c.chart_retry_at <= now())
  and not exists (
      select from charts ch
      where ch.connection_id = c.id and (ch.due_at > now() or c.mapping_revision is null))
returning c.chart_failures;

-- name: chart_read
-- It is fresh again.
update connections set chart_retry_at = null, chart_failures = 0 where id = %(connection_id)s;

-- name: chart_later
-- Xero could not be asked for it.
update connections
set chart_retry_at = now() + %(delay)s::interval, chart_failures = chart_failures + 1
where id = %(connection_id)s;

-- name: hear
-- Invoices of organisations we know have changed; those of ours are to be looked up in a while.
insert into xero_events (tenant_id, invoice_id, check_due_at)
select h.tenant_id, h.invoice_id,
       case when h.changed and exists (
           select from connections c
           join documents d on d.connection_id = c.id and d.xero_id = h.invoice_id
           where c.tenant_id = h.tenant_id and d.status = 'posted')
       then now() + %(pause)s::interval end
from (select tenant_id, invoice_id, bool_or(changed) as changed
      from unnest(%(tenants)s::uuid[], %(invoices)s::uuid[], %(changed)s::boolean[])
           as e (tenant_id, invoice_id, changed)
      group by tenant_id, invoice_id) as h
where exists (
    select from connections c where c.tenant_id = h.tenant_id and c.status in ('active', 'lost'))
order by h.tenant_id, h.invoice_id
on conflict (tenant_id, invoice_id) do update
set heard_at = now(), check_due_at = coalesce(xero_events.check_due_at, excluded.check_due_at);

-- name: forget_heard
-- What was heard long ago and has been looked at.
delete from xero_events where heard_at < now() - %(life)s::interval and check_due_at is null;

-- name: claim_heard
-- Invoices of a connection to be looked up, the longest due first, once any of them is due.
update xero_events e set check_due_at = now() + interval '2 minutes'
from (
    select x.tenant_id, x.invoice_id, d.id as document_id, d.kind, d.mintsoft_id, d.traceparent,
           d.xero_number, d.xero_total,
           coalesce(d.exported_currency, d.currency, '') as currency
    from connections c
    join xero_events x on x.tenant_id = c.tenant_id and x.check_due_at is not null
    join documents d on d.connection_id = c.id and d.xero_id = x.invoice_id
    where c.id = %(connection_id)s and exists (
        select from xero_events due
        where due.tenant_id = c.tenant_id and due.check_due_at <= now())
    order by x.check_due_at
    limit %(batch)s
    for update of x skip locked
) as ours
where e.tenant_id = ours.tenant_id and e.invoice_id = ours.invoice_id
returning e.invoice_id, e.heard_at, ours.document_id, ours.kind, ours.mintsoft_id,
          ours.traceparent, ours.xero_number, ours.xero_total, ours.currency;

-- name: looked_up
-- Nothing more is to be done about these, unless Xero has spoken of them again since.
update xero_events e set check_due_at = null
from unnest(%(invoices)s::uuid[], %(heard)s::timestamptz[]) as l (invoice_id, heard_at)
where e.tenant_id = %(tenant_id)s and e.invoice_id = l.invoice_id and e.heard_at = l.heard_at;

-- name: look_up_later
-- Xero could not be asked about these.
update xero_events set check_due_at = now() + %(delay)s::interval
where tenant_id = %(tenant_id)s and invoice_id = any(%(invoices)s::uuid[]);

-- name: gone_in_xero
-- A posted document that somebody voided or deleted in Xero.
update documents
set status = 'needs_attention', reason_code = %(code)s, reason_message = %(message)s,
    reason_remedy = %(remedy)s, reason_cure = %(cure)s, reason_detail = null, updated_at = now()
where id = %(document_id)s and status = 'posted' and xero_id = %(invoice_id)s
returning id;
