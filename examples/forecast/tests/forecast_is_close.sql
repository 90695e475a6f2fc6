-- On average less than 5 of 100 births off, over half a year that Prophet has not seen.
select avg(error) as mean_error
from {{ ref('forecast_error') }}
having mean_error is null or mean_error >= 0.05
