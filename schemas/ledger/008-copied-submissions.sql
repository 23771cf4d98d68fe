-- Submissions come by COPY: the primary key alone says which one was recorded meanwhile.
DROP FUNCTION ecocase.record_submissions(smallint, smallint[], uuid[], bytea[], bigint[], "char"[]);
