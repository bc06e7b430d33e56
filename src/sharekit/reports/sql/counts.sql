-- How often each kind of event happened since the first day of the report, by what was asked for.
-- event_counts has every event that no bot made, once for each way to count it, and added up where the store keeps a
-- rollup. Days and totals may take any of the ways; there are fewest placements. A sampled event weighs as many as it
-- stands for.
-- An impression names every network it showed, so by network its bucket is that list, and the caller splits it.
-- Visits are counted here as far as the event itself tells; visits.sql asks the share they came by.
SELECT
    day_bucket,
    text_bucket,
    name,
    SUM(weight) AS how_many
FROM (
    SELECT
        name,
        weight,
        CASE WHEN :by = 'day' THEN day ELSE 0 END AS day_bucket,
        CASE WHEN :by IN ('network', 'product', 'placement') THEN counted ELSE '' END AS text_bucket
    FROM event_counts
    WHERE
        counted_by = CASE WHEN :by IN ('network', 'product') THEN :by ELSE 'placement' END
        AND day >= :first_day
        AND name IN (
            'impression', 'share', 'click', 'visit', 'tag_open', 'product_click',
            'add_to_cart', 'like', 'follow', 'helpful', 'vote'
        )
) AS bucketed
GROUP BY day_bucket, text_bucket, name
