with words as (

    select unnest(regexp_extract_all(lower(comment), '[a-z]+')) as word
    from {{ ref('model_b') }}

)

select word, count(*) as uses
from words
where word not in (select word from {{ ref('stop_words') }})
group by word
