-- How often each kind of event happened since the first day of the report, by what was asked for.
-- event_counts has what is no bot's by day, name and what one may ask by, already added up where the store keeps a rollup.
-- An event that was kept for several like it weighs as many.
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
        CASE
            WHEN :by = 'network' AND name = 'impression' AND networks <> '' THEN networks
            WHEN :by = 'network' THEN network
            WHEN :by = 'product' THEN product_id
            WHEN :by = 'placement' THEN placement
            ELSE ''
        END AS text_bucket
    FROM event_counts
    WHERE
        day >= :first_day
        AND name IN (
            'impression', 'share', 'click', 'visit', 'tag_open', 'product_click',
            'add_to_cart', 'like', 'follow', 'helpful', 'vote'
        )
) AS bucketed
GROUP BY day_bucket, text_bucket, name
