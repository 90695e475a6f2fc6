select 1::union(number integer, words varchar) as either
