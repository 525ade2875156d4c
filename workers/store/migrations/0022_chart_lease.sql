-- One worker reads an organisation's chart of accounts at a time: it takes five of Xero's calls, and
-- workers that start together would each spend them.

alter table connections add column chart_lease_until timestamptz;
comment on column connections.chart_lease_until is
    'until then somebody reads the chart; null: nobody does';
