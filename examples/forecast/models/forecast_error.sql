-- Forecast beside what was measured, for the days Prophet has not seen.
select
    measured.date as day,
    measured.births,
    round(forecast.yhat)::integer as forecast,
    abs(measured.births - forecast.yhat) / measured.births as error,
    measured.births between forecast.yhat_lower and forecast.yhat_upper as within_bounds
from {{ source('database_b', 'table_b') }} as measured
inner join {{ ref('forecast') }} as forecast
    on forecast.ds::date = measured.date
where measured.date >= date '{{ var('forecast_from') }}'
order by day
