select 1 as id, cast(2.50 as decimal(9, 2)) as price union all select 2, null
