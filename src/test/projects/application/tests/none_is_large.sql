select * from {{ ref('doubled') }} where id > 100
