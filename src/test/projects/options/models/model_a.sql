select 1 as id, '{{ var("country", "none") }}' as country
