-- SQL after Python: the words of comment_words.py, most used first.
{{ config(materialized='view') }}

select
    word,
    uses,
    rank() over (order by uses desc) as place
from {{ ref('comment_words') }}
qualify place <= 3
order by place, word
