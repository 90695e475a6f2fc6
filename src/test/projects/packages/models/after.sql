select * from {{ ref('both') }} union all select word from {{ ref('shop', 'model_b') }}
