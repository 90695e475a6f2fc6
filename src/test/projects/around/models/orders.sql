select 1 as id, 'first' as label
