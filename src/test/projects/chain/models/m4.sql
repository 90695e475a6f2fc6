select * from {{ ref('m3') }} where c > 1
