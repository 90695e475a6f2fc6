{{ config(alias='model_b_of_words') }}
select 'theirs' as word
