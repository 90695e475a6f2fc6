-- The holidays of each year on which few births are planned, laid out as Prophet asks for them.
with years as (

    select distinct year(date) as year
    from {{ source('database_b', 'table_b') }}

),

holidays as (

    select 'New Year' as holiday, make_date(year, 1, 1) as ds from years
    union all
    -- the last Monday of May
    select 'Memorial Day', make_date(year, 5, 31) - (isodow(make_date(year, 5, 31)) - 1)::integer from years
    union all
    select 'Independence Day', make_date(year, 7, 4) from years
    union all
    -- the first Monday of September
    select 'Labor Day', make_date(year, 9, 7) - (isodow(make_date(year, 9, 7)) - 1)::integer from years
    union all
    -- the fourth Thursday of November
    select 'Thanksgiving', make_date(year, 11, 22) + ((11 - isodow(make_date(year, 11, 22))) % 7)::integer from years
    union all
    select 'Christmas', make_date(year, 12, 25) from years

)

select holiday, ds
from holidays
order by ds
