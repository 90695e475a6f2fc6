select * from {{ ref('shop', 'both') }}
