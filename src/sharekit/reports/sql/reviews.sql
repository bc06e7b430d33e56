-- What people did with reviews since the first day of the report, by product and kind of event.
-- A review is handed in and published by events of one name, which its properties tell apart.
SELECT
    product_id,
    name,
    step,
    SUM(weight) AS how_many
FROM (
    SELECT
        product_id,
        name,
        weight,
        CASE
            WHEN name <> 'review' THEN ''
            WHEN props LIKE :submitted THEN 'submitted'
            WHEN props LIKE :published THEN 'published'
            ELSE ''
        END AS step
    FROM events
    WHERE
        bot = 0
        AND day >= :first_day
        AND name IN (
            'impression', 'review_expand', 'review_filter', 'photo_open', 'helpful', 'write_start', 'review'
        )
        AND (name <> 'impression' OR widget = 'reviews')
) AS told
GROUP BY product_id, name, step
