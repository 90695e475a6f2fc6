select 1 as id, 'one' as label, date '2024-02-29' as day, 1.50::decimal(9, 2) as price, [1, 2] as parts
union all select null, null, null, null, null
